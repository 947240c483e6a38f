/** A build name that GitLab generated from a job with `parallel`. */
interface ParallelName {
  /** Name of the job in the configuration. */
  readonly name: string;
  /** Generated suffix: `17/24`, or `[a, b]` for a matrix. */
  readonly label: string;
}

/** Parses a generated name; undefined for any other name. */
export function parallelName(name: string): ParallelName | undefined {
  const matrix = name.indexOf(': [');
  if (matrix > 0 && name.endsWith(']')) return { name: name.slice(0, matrix), label: name.slice(matrix + 2) };
  const space = name.lastIndexOf(' ');
  const label = name.slice(space + 1);
  return space > 0 && isShare(label) ? { name: name.slice(0, space), label } : undefined;
}

/** Whether the suffix has the form `17/24`. */
function isShare(label: string): boolean {
  const parts = label.split('/');
  return parts.length === 2 && parts.every((part) => part !== '' && isDigits(part));
}

function isDigits(text: string): boolean {
  return Array.from(text).every((mark) => mark >= '0' && mark <= '9');
}
