// The licenses of the packages that the bundle contains, as the file THIRD_PARTY_NOTICES.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** A license that is only named ("MIT") is no text: the shortest license in use (0BSD, ISC) is longer than this. */
const leastLength = 300;

const beginning = `GitLab Builds contains the packages below. They are listed with their licenses.\n`;

/** The notices for the packages that the files belong to. Throws for a package that comes without a license text. */
export function noticesOf(files, root = '.') {
  const folders = [...new Set(files.map(packageFolderOf).filter((folder) => folder !== undefined))].sort();
  return [beginning, ...folders.map((folder) => noticeOf(join(root, folder)))].join(`\n${'-'.repeat(80)}\n\n`);
}

/** The folder of the package that a file belongs to, also where it is nested or has a scope; none for our own files. */
export function packageFolderOf(file) {
  const parts = file.replaceAll('\\', '/').split('/');
  const at = parts.lastIndexOf('node_modules');
  if (at < 0) return undefined;
  return parts.slice(0, at + (parts[at + 1].startsWith('@') ? 3 : 2)).join('/');
}

function noticeOf(folder) {
  const { name, version, license, author } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const text = licenseTextOf(folder);
  if (text === undefined) throw new Error(`${name} ${version} has no license text, so it can't be shipped.`);
  const by = typeof author === 'object' ? author.name : author;
  return `${name} ${version} (${license})${by === undefined ? '' : `, by ${by}`}\n\n${text}\n`;
}

/** All license and notice files of a package, else the section of its README. */
function licenseTextOf(folder) {
  const names = readdirSync(folder).sort();
  const texts = names.filter((name) => /^(licen[cs]e|copying|notice)/i.test(name)).map((name) => read(folder, name));
  const found = texts.length > 0 ? texts.join('\n\n') : licenseSectionOf(folder);
  return found !== undefined && found.length >= leastLength ? found : undefined;
}

function licenseSectionOf(folder) {
  const readme = join(folder, 'README.md');
  if (!existsSync(readme)) return undefined;
  const lines = read(folder, 'README.md').split('\n');
  const start = lines.findIndex((line) => /^(#+ *)?licen[cs]e:?$/i.test(line.trim()));
  if (start < 0) return undefined;
  const rest = lines.slice(/^[-=]+$/.test(lines[start + 1] ?? '') ? start + 2 : start + 1);
  const end = rest.findIndex((line, at) => /^#|^\[[^\]]+\]: /.test(line) || /^[-=]{3,}$/.test(rest[at + 1] ?? ''));
  return rest
    .slice(0, end < 0 ? rest.length : end)
    .join('\n')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .trim();
}

function read(folder, name) {
  return readFileSync(join(folder, name), 'utf8').replaceAll('\r\n', '\n').trim();
}
