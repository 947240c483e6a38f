import { pathOnDisk } from './containerPath';
import type { TrackedFiles } from '../git/trackedFiles';
import { inFolder, type FolderHint } from './logFolders';

/** Identifies the repository that a log belongs to. */
export interface LogProject {
  /** The repository's folder on the local disk. */
  readonly root: string;
  /** The project's path on GitLab, or its id. */
  readonly project: string;
}

/** Maximum number of files to offer if a log doesn't say which one it means. */
const maxCandidates = 200;

/** Folders that contain dependencies. */
const dependencies = new Set([
  ...['node_modules', 'bower_components', 'vendor', 'site-packages', 'dist-packages', '.venv', 'venv', '.tox', 'gems'],
  ...['.cargo', '.rustup', '.m2', '.gradle', '.nuget', '.pub-cache', '.yarn', '.pnpm', '.cache', 'Pods', 'Carthage'],
]);
/** System folders, which never contain a checkout. */
const system =
  /^(?:usr\/(?!src\/)|lib(?:32|64)?\/|bin\/|sbin\/|rustc\/|proc\/|snap\/|nix\/|go\/pkg\/|root\/go\/pkg\/|Program Files|Windows\/)/i;
/** Folders into which container images usually copy a project. */
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

/** Whether a path leads through a folder of dependencies; git may track such files. */
export function isDependency(path: string): boolean {
  return path.split(/[/\\]/).some((name) => dependencies.has(name));
}

/** A path in a log, split into names. */
interface Named {
  /** Names of the path, with `.` and `..` resolved. */
  readonly names: readonly string[];
  readonly path: string;
  readonly isAbsolute: boolean;
  /** Whether the path leads above its start. */
  readonly isAbove: boolean;
}

/**
 * Tracked files that a path in a log may refer to, in git's order: the named file if the path starts at the project's
 * folder, else the files whose paths have the longest matching end.
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

/** Path relative to the project's folder, locally or in a runner's checkout; undefined if it is outside of both. */
function pathInProject(path: string, { root, project }: LogProject): string | undefined {
  const own = pathOnDisk(path, root);
  if (own !== undefined) return own;
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

/** Files that end with the whole path. A leading project name or host, which Go and some bundlers add, is optional. */
function relative({ names, path }: Named, files: TrackedFiles, { project }: LogProject): readonly string[] {
  const whole = filesOf(files.endingLike(path, names.length));
  if (whole.length > 0 || names.length < 2) return whole;
  const [first = ''] = names;
  const isNamed = first === project.split('/').at(-1) || /^[\w-]+(?:\.[\w-]+)+$/.test(first);
  return isNamed ? longest(files.endingLike(path), (file, common) => common === file.split('/').length) : [];
}

/** Files with the longest end of an absolute path in a container: at least two names, or one in a usual project folder. */
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
    if (files.length >= maxCandidates) break;
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
    if (files.length < maxCandidates) files.push(file);
  }
  return files;
}

/** Whether a file isn't a dependency, or the path itself leads through the same folder of dependencies. */
function isOwn(file: string, { names }: Named): boolean {
  const all = file.split('/');
  const common = commonEnd(all, names);
  const isCovered = (list: readonly string[]) => {
    const at = list.findLastIndex((name) => dependencies.has(name));
    return at < 0 || common >= list.length - at;
  };
  return isCovered(names) && isCovered(all);
}

/** Number of equal names at the ends of both lists. */
function commonEnd(one: readonly string[], other: readonly string[]): number {
  let common = 0;
  while (common < Math.min(one.length, other.length) && one.at(-1 - common) === other.at(-1 - common)) common += 1;
  return common;
}

/** The candidate that the log's folders point to, most reliable hint first; undefined if they don't decide. */
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

/** Folder relative to the project's own, which is ''; undefined if it can't be determined. */
function folderInProject(folder: string, where: LogProject, isFolder: boolean): string | undefined {
  const inProject = pathInProject(`${folder}/`, where);
  if (inProject !== undefined) return inProject;
  const last = where.project.split('/').at(-1) ?? '';
  const isModule = !isFolder && /^[\w-]+(?:\.[\w-]+)+\//.test(folder);
  if (isModule && folder.endsWith(`/${last}`)) return '';
  return isFolder && !folder.startsWith('/') ? folder : undefined;
}

/** The only candidate whose folders have the longest matching end; else the only one with a folder of the last name. */
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
