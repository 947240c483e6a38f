/** What GitLab makes of one entry of the configuration with `parallel`: builds whose names differ at the end. */
export interface ParallelName {
  /** The name in the configuration. */
  readonly name: string;
  /** What follows it: `17/24`, or `[a, b]` of a matrix. */
  readonly label: string;
}

/** undefined: the name is not one of those that GitLab gives parallel builds. */
export function parallelName(name: string): ParallelName | undefined {
  const matrix = name.indexOf(': [');
  if (matrix > 0 && name.endsWith(']')) return { name: name.slice(0, matrix), label: name.slice(matrix + 2) };
  const space = name.lastIndexOf(' ');
  const label = name.slice(space + 1);
  return space > 0 && isShare(label) ? { name: name.slice(0, space), label } : undefined;
}

/** `17/24` */
function isShare(label: string): boolean {
  const parts = label.split('/');
  return parts.length === 2 && parts.every((part) => part !== '' && isDigits(part));
}

function isDigits(text: string): boolean {
  return Array.from(text).every((mark) => mark >= '0' && mark <= '9');
}
