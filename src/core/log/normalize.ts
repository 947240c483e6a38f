/** Patterns for what differs between runs, in the order in which they are applied. */
const changing: readonly (readonly [RegExp, string])[] = [
  [/\b\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:[.,]\d{1,9})?)?(?: ?(?:Z|UTC|[+-]\d\d:?\d\d)\b)?)?/g, '<time>'],
  [/\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),? \w{3} {1,2}\d{1,2} \d\d:\d\d:\d\d(?: [A-Z]{3,4})?(?: \d{4})?/g, '<time>'],
  [/(?<![\w.:/-])\d{1,2}:\d\d(?::\d\d(?:[.,]\d{1,9})?)?\b(?! ?(?:min|h)\b)/g, '<time>'],
  [/\b\d{1,9}(?:\.\d{1,9})? ?(?:ns|[µμ]s|ms|s|secs?|seconds?|mins?|minutes?|m|h|hours?)(?![\w-])/g, '<duration>'],
  [/(?:<duration> ?){2,}/g, '<duration>'],
  [/\b[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}\b/gi, '<id>'],
  [/\brunner-[a-zA-Z0-9_]{1,40}-project-\d{1,12}-concurrent-\d{1,5}(?:-[\w-]{1,80})?/g, '<runner>'],
  [/\b(?=[a-f]{0,63}\d)(?=\d{0,63}[a-f])[\da-f]{7,64}\b/g, '<id>'],
  [/#\d{1,12}\b|\b\d{5,}\b/g, '<id>'],
  [/(\/(?:tmp|var\/folders)\/)[^\s:'")\]]{1,200}/g, '$1<name>'],
];

/** Number of columns to normalize; the rest of the line is unchanged. */
const longestLine = 10_000;

/** Normalizes a line for comparing two runs: replaces times, durations, ids and hashes. */
export function normalized(line: string): string {
  const head = line.slice(0, longestLine);
  return /\d|\/tmp\//.test(head) ? changing.reduce(replaced, head) + line.slice(longestLine) : line;
}

function replaced(line: string, [pattern, by]: readonly [RegExp, string]): string {
  return line.replace(pattern, by);
}
