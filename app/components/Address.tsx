/** An address as people can tell it apart: short hex, the whole of it on hover and for readers. */
export function Address({ value }: { readonly value: string }) {
  return (
    <abbr title={value} className="whitespace-nowrap font-mono text-[0.9em] no-underline">
      {value.slice(0, 6)}…{value.slice(-4)}
    </abbr>
  );
}
