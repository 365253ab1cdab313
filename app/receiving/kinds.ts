/** What may be shown of a file that a stranger named and typed. Owns: the list of kinds that no script can hide in. */
export type Kind = 'text' | 'image' | 'audio' | 'video' | 'other';

const images = ['image/png', 'image/jpeg', 'image/gif', 'image/webp', 'image/avif', 'image/bmp'];
const texts = ['application/json', 'application/xml', 'application/yaml'];
const textNames = /\.(txt|md|csv|tsv|json|ya?ml|log|xml|html?|svg|css|[cm]?[jt]sx?|sol|py|rs|go|c|h|toml|ini)$/i;

/** How a file can be previewed. Anything that could run is shown as its text or not at all. */
export function kindOf(name: string, mediaType: string): Kind {
  const type = (mediaType.split(';')[0] ?? '').trim().toLowerCase();
  if (images.includes(type)) return 'image';
  if (type.startsWith('audio/')) return 'audio';
  if (type.startsWith('video/')) return 'video';
  if (type.startsWith('text/') || texts.includes(type) || type === 'image/svg+xml' || textNames.test(name))
    return 'text';
  return 'other';
}
