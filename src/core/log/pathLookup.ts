import type { TrackedFiles } from '../git/trackedFiles';
import { inFolder, type FolderHint } from './logFolders';

/** Which repository a log is of. */
export interface LogProject {
  /** The repository's folder on this disk. */
  readonly root: string;
  /** The project's path on GitLab, or its number. */
  readonly project: string;
}

/** Files that are offered where a log doesn't say which of them it means. */
export const mostCandidates = 200;

/** Folders of other people's files. */
const dependencies = new Set([
  ...['node_modules', 'bower_components', 'vendor', 'site-packages', 'dist-packages', '.venv', 'venv', '.tox', 'gems'],
  ...['.cargo', '.rustup', '.m2', '.gradle', '.nuget', '.pub-cache', '.yarn', '.pnpm', '.cache', 'Pods', 'Carthage'],
]);
/** Folders of the system, in which no work is checked out. */
const system =
  /^(?:usr\/(?!src\/)|lib(?:32|64)?\/|bin\/|sbin\/|rustc\/|proc\/|snap\/|nix\/|go\/pkg\/|root\/go\/pkg\/|Program Files|Windows\/)/i;
/** Folders at the top of a container into which images copy a project. */
const workFolders = [
  'app',
  'src',
  'code',
  'work',
  'workspace',
  'project',
  'repo',
  'usr/src/app',
  'usr/src',
  'var/www/html',
  'opt/app',
  'home/node/app',
  'go/src/app',
];

/** A file whose path leads through a folder of dependencies; such a file is nobody's own, though git may track it. */
export function isDependency(path: string): boolean {
  return path.split(/[/\\]/).some((name) => dependencies.has(name));
}

/** A path of a log as names. */
interface Named {
  /** Without `.` and `..`. */
  readonly names: readonly string[];
  readonly path: string;
  readonly isAbsolute: boolean;
  /** It began with `..`. */
  readonly isAbove: boolean;
}

/**
 * The tracked files that a path in a log may mean, in git's order: the one that it names if it leads from the project's
 * own folder, else those whose paths end as it does, by the most names.
 */
export function candidatesOf(path: string, files: TrackedFiles, where: LogProject): readonly string[] {
  const plain = path.replaceAll('\\', '/');
  const inProject = pathInProject(plain, where);
  if (inProject !== undefined) return files.has(inProject) ? [inProject] : [];
  const named = namesOf(plain);
  if (named.names.length === 0) return [];
  const found = named.isAbsolute ? absolute(named, files) : relative(named, files, where);
  return [...new Set(found.filter((file) => isOwn(file, named)))];
}

/** The path from the project's folder, here or where a runner has checked it out; undefined where it is not below that. */
function pathInProject(path: string, { root, project }: LogProject): string | undefined {
  const base = root.replaceAll('\\', '/').replace(/\/$/, '');
  if (path.startsWith(`${base}/`)) return inFolder('', path.slice(base.length + 1));
  const at = /^\d+$/.test(project) ? -1 : path.indexOf(`/${project}/`);
  return at < 0 ? undefined : inFolder('', path.slice(at + project.length + 2));
}

function namesOf(path: string): Named {
  const isAbsolute = /^(?:\/|[A-Za-z]:\/)/.test(path);
  const names: string[] = [];
  let isAbove = false;
  for (const name of path.replace(/^[A-Za-z]:\//, '').split('/')) {
    if (name === '' || name === '.') continue;
    if (name !== '..') names.push(name);
    else if (names.pop() === undefined) isAbove = true;
  }
  return { names, path: names.join('/'), isAbsolute, isAbove };
}

/** All of the path must be there, but for what Go and some bundlers put before it: the project's name or its host. */
function relative({ names, path }: Named, files: TrackedFiles, { project }: LogProject): readonly string[] {
  const whole = filesOf(files.endingLike(path, names.length));
  if (whole.length > 0 || names.length < 2) return whole;
  const [first = ''] = names;
  const isNamed = first === project.split('/').at(-1) || /^[\w-]+(?:\.[\w-]+)+$/.test(first);
  return isNamed ? longest(files.endingLike(path), (file, common) => common === file.split('/').length) : [];
}

/** In a container's folder: the longest end that a file has, by two names at least unless it lies where projects are copied to. */
function absolute({ names, path }: Named, files: TrackedFiles): readonly string[] {
  if (system.test(path)) return [];
  const folder = names.slice(0, -1).join('/');
  const least = names.length <= 2 || workFolders.includes(folder) ? 1 : 2;
  return longest(files.endingLike(path, least), () => true);
}

function filesOf(found: Iterable<{ readonly file: string }>): readonly string[] {
  const files: string[] = [];
  for (const { file } of found) {
    files.push(file);
    if (files.length >= mostCandidates) break;
  }
  return files;
}

function longest(
  found: Iterable<{ readonly file: string; readonly names: number }>,
  isWanted: (file: string, names: number) => boolean,
): readonly string[] {
  let [best, files]: [number, string[]] = [0, []];
  for (const { file, names } of found) {
    if (names < best || !isWanted(file, names)) continue;
    if (names > best) [best, files] = [names, []];
    if (files.length < mostCandidates) files.push(file);
  }
  return files;
}

/** Whether a file is the project's own, or the path itself leads through the same folder of dependencies. */
function isOwn(file: string, { names }: Named): boolean {
  const all = file.split('/');
  const common = commonEnd(all, names);
  const isCovered = (list: readonly string[]) => {
    const at = list.findLastIndex((name) => dependencies.has(name));
    return at < 0 || common >= list.length - at;
  };
  return isCovered(names) && isCovered(all);
}

/** Names at the ends of both lists that are the same. */
function commonEnd(one: readonly string[], other: readonly string[]): number {
  let common = 0;
  while (common < Math.min(one.length, other.length) && one.at(-1 - common) === other.at(-1 - common)) common += 1;
  return common;
}

/** The candidate that a log means by what it says of its folders, the surest first; undefined where that doesn't decide. */
export function decided(
  path: string,
  candidates: readonly string[],
  hints: readonly FolderHint[],
  where: LogProject,
): string | undefined {
  const [only, rival] = candidates;
  if (rival === undefined) return only;
  const plain = path.replaceAll('\\', '/');
  for (const hint of hints) {
    const file = byFolder(plain, candidates, hint, where);
    if (file !== undefined) return file;
  }
  return undefined;
}

function byFolder(
  path: string,
  candidates: readonly string[],
  { folder, isFolder }: FolderHint,
  where: LogProject,
): string | undefined {
  const plain = folder.replaceAll('\\', '/').replace(/\/$/, '');
  const own = folderInProject(plain, where, isFolder);
  if (own !== undefined) {
    const target = inFolder(own, path);
    if (target !== undefined && candidates.includes(target)) return target;
    const below = candidates.filter((file) => file.startsWith(`${own}/`));
    if (below.length === 1) return below[0];
  }
  return byNames(
    path,
    candidates,
    (own ?? plain).split(/[/:]/).filter((name) => name !== '' && name !== '.'),
  );
}

/** The folder from the project's own, '' for that itself; undefined where it may be any. */
function folderInProject(folder: string, where: LogProject, isFolder: boolean): string | undefined {
  const inProject = pathInProject(`${folder}/`, where);
  if (inProject !== undefined) return inProject;
  const last = where.project.split('/').at(-1) ?? '';
  const isModule = !isFolder && /^[\w-]+(?:\.[\w-]+)+\//.test(folder);
  if (isModule && folder.endsWith(`/${last}`)) return '';
  return isFolder && !folder.startsWith('/') ? folder : undefined;
}

/** The one whose folders end as the names do, by the most of them; else the one that has the last of them among its folders. */
function byNames(path: string, candidates: readonly string[], names: readonly string[]): string | undefined {
  const last = names.at(-1)?.replace(/^@/, '');
  if (last === undefined) return undefined;
  const { names: tail } = namesOf(path);
  const folders = candidates.map((file) => {
    const all = file.split('/');
    return { file, folders: all.slice(0, all.length - commonEnd(all, tail)) };
  });
  const ranked = folders.map((one) => ({ ...one, common: commonEnd(one.folders, names) }));
  const most = Math.max(...ranked.map(({ common }) => common));
  const best =
    most > 0 ? ranked.filter(({ common }) => common === most) : folders.filter((one) => one.folders.includes(last));
  return best.length === 1 ? best[0]?.file : undefined;
}
