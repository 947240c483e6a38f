/** Names of folders by path; equal names are extended by as much of the path as distinguishes them. */
export function namesOf(paths: readonly string[]): ReadonlyMap<string, string> {
  return new Map(paths.map((path) => [path, nameOf(path, paths)]));
}

function nameOf(path: string, paths: readonly string[]): string {
  const parts = partsOf(path);
  const others = paths.filter((one) => one !== path).map(partsOf);
  const isUnique = (length: number) => others.every((other) => tail(other, length) !== tail(parts, length));
  const lengths = parts.map((_, index) => index + 1);
  return tail(parts, lengths.find(isUnique) ?? parts.length);
}

function partsOf(path: string): readonly string[] {
  return path.split('/').filter((part) => part !== '');
}

function tail(parts: readonly string[], length: number): string {
  return parts.slice(-length).join('/');
}
