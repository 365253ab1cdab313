/**
 * What comments of lib cite, as it is for who has the package and not the notes that it was written from: the protocol is
 * docs/PROTOCOL.md of the repository, under the same numbers; notes are left out. Owns: that. Owns not: the comments.
 */

/** Notes that lie in no repository. */
const notes = /\b(?:spec|research)\/[\w-]+|\bDESIGN\b|\bSTYLE\b|\bspec sections?\b/;

/** One comment, whole. */
function mended(comment: string): string {
  const cited = comment.replace(/(?<![\w/])(?:spec\/)?protocol\.md/g, 'docs/PROTOCOL.md');
  if (!notes.test(cited)) return cited;
  return cited
    .replace(/\s(?:of|Offsets:) (?:spec|research)\/[\w.-]+ sections? [\d.]*\d\.?/g, '')
    .replace(/\s*\([^()]*\b(?:spec|research)\/[^()]*\)/g, '')
    .replace(/(\s*)\bSources?: ([\s\S]*?)(?=\s*\*\/|\n\s*\*\s*\n|\.\s+[A-Z])/g, (_, space: string, list: string) => {
      const parts = list.split(/;\s*(?:\*\s+)?|, (?=(?:\s*\*\s*)?(?:spec|research|docs)\/|DESIGN|STYLE)/);
      const kept = parts.filter((part) => !notes.test(part));
      return kept.length === 0 ? '' : `${space}Source: ${kept.join('; ').replace(/\.?$/, '.')}`;
    });
}

/** A declaration file or a module, with comments that cite nothing a stranger has not. */
export const withoutNotes = (text: string): string => text.replace(/\/\*\*[\s\S]*?\*\//g, mended);
