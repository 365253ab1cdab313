/** Two words for an address, so that people can speak of a node: the same for everyone, chosen by its digits. No proof of anything. */
const firsts =
  'amber ash birch calm cedar clear cloud coral dawn deep dusk early fern flint gold grey hazel indigo ivory jade linen maple moss north oak ochre pale pine plain quiet rain river rose rowan sage salt sand sea silver slate snow soft south stone straw summer teal thyme umber warm west white wild willow winter wood'.split(
    ' ',
  );
const seconds =
  'arch beam bridge brook cairn cliff cove crane creek door dove field finch ford gate glen grove gull harbor hawk heron hill hollow house island lake lane lark lintel loft marsh meadow mill otter owl path pier plover pond porch quay reed ridge robin sail shore sill spire step stile stoat swan swift tern tower vale wall warbler water well wren yard'.split(
    ' ',
  );

export function nickname(address: string): string {
  const digits = address.toLowerCase().replace(/^0x/, '');
  const at = (list: readonly string[], from: number) =>
    list[Number.parseInt(digits.slice(from, from + 6), 16) % list.length] ?? list[0];
  const [first = '', second = ''] = [at(firsts, 4), at(seconds, 20)];
  return `${first.charAt(0).toUpperCase()}${first.slice(1)} ${second.charAt(0).toUpperCase()}${second.slice(1)}`;
}
