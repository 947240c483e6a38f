import { join, resolve, sep } from 'node:path';

/**
 * Candidate paths in the repository for a file that a log mentions, most likely first. Runners check out to
 * `/builds/group/project`, shell runners to `…/builds/<token>/0/group/project`. Never leads outside the root.
 */
export function pathsInRepository(path: string, root: string, project: string): readonly string[] {
  const base = resolve(root);
  return relativePaths(path.replaceAll('\\', '/'), base, project)
    .map((relative) => resolve(join(base, relative)))
    .filter((file) => file.startsWith(base + sep));
}

function relativePaths(path: string, base: string, project: string): readonly string[] {
  if (path.startsWith(`${base}/`)) return [path.slice(base.length + 1)];
  const inProject = path.indexOf(`/${project}/`);
  if (inProject >= 0) return [path.slice(inProject + project.length + 2)];
  if (!/^(?:\/|[a-z]:\/)/i.test(path)) return [path, ...belowSources(path)];
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
