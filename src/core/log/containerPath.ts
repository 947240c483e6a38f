import { pathBelow, rulesOf } from '../util/diskPath';

/**
 * Candidate paths in the repository for a file that a log mentions, most likely first. Runners check out to
 * `/builds/group/project`, shell runners to `…/builds/<token>/0/group/project`. Never leads outside the root.
 */
export function pathsInRepository(path: string, root: string, project: string): readonly string[] {
  const rules = rulesOf(root);
  return relativePaths(path.replaceAll('\\', '/'), root, project)
    .map((relative) => rules.resolve(rules.join(root, relative)))
    .filter((file) => (pathBelow(root, file) ?? '') !== '');
}

/** Path in the repository of a file named by its path on this disk; undefined for any other. */
export function pathOnDisk(path: string, root: string): string | undefined {
  // On Windows, a path without a drive or share is from another system, such as a container.
  return rulesOf(root) === rulesOf(path.replaceAll('/', '\\')) && isAbsolute(path) ? pathBelow(root, path) : undefined;
}

function isAbsolute(path: string): boolean {
  return /^(?:\/|[a-z]:\/)/i.test(path);
}

function relativePaths(path: string, root: string, project: string): readonly string[] {
  const own = pathOnDisk(path, root);
  if (own !== undefined) return [own];
  const inProject = path.indexOf(`/${project}/`);
  if (inProject >= 0) return [path.slice(inProject + project.length + 2)];
  if (!isAbsolute(path)) return [path, ...belowSources(path)];
  // The project is configured by id, or was renamed: the repository is a few folders below `builds`.
  const [, below] = /^.*?\/builds\/(.*)$/s.exec(path) ?? [];
  const parts = below?.split('/') ?? [];
  return parts.slice(1, 8).map((_, depth) => parts.slice(depth + 1).join('/'));
}

/**
 * Candidates in the source folders of Maven, Gradle and Android: Java stack traces only have the package and the file
 * name.
 */
function belowSources(path: string): readonly string[] {
  const [, language] = /\.(java|kt|scala|groovy)$/.exec(path) ?? [];
  if (language === undefined) return [];
  const own = language === 'kt' ? 'kotlin' : language;
  const languages = language === 'java' ? [own] : [own, 'java'];
  const roots = ['', 'app/'].flatMap((module) => ['main', 'test'].map((set) => `${module}src/${set}`));
  return roots.flatMap((root) => languages.map((folder) => `${root}/${folder}/${path}`));
}
