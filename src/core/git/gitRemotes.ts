import type { Remote } from '../model/remotes';

/**
 * Parses `git remote --verbose`: a line `name<tab>url (fetch)` or `(push)` per remote and direction, or `name<tab>` for a
 * remote without a URL.
 */
export function toRemotes(output: string): readonly Remote[] {
  const remotes = new Map<string, Remote>();
  for (const line of output.split('\n')) {
    const tab = line.indexOf('\t');
    if (tab < 0) continue;
    const [name, rest] = [line.slice(0, tab), line.slice(tab + 1)];
    const [fetchEnd, pushEnd] = [rest.lastIndexOf(' (fetch)'), rest.lastIndexOf(' (push)')];
    const known = remotes.get(name);
    if (fetchEnd > pushEnd) remotes.set(name, { name, url: rest.slice(0, fetchEnd) });
    else if (known === undefined) remotes.set(name, { name, url: '' });
    else if (pushEnd > fetchEnd && rest.slice(0, pushEnd) !== known.url)
      remotes.set(name, { ...known, pushUrl: rest.slice(0, pushEnd) });
  }
  return [...remotes.values()];
}
