import { stat, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { RelativePattern, Uri, workspace } from 'vscode';
import { ciFileName, longestCiFile, readCiFile, type CiFile } from '../../core/ciFile/ciFile';
import { includes, isPattern } from '../../core/ciFile/includes';
import type { GitRepository } from '../../core/git/gitRepository';
import { pathBelow } from '../../core/util/diskPath';
import { timeSlice } from '../../core/util/timeSlice';
import { rootUriOf } from '../git/vscodeGit';

/** Maximum number of files to follow from `.gitlab-ci.yml`, and of patterns to search for. */
const [maxFiles, maxSearches] = [100, 50];

/** A CI file of a repository. */
export interface LocatedCiFile extends CiFile {
  readonly uri: Uri;
  /** Path from the repository's root. */
  readonly path: string;
  readonly text: string;
}

interface Parsed {
  readonly text: string;
  readonly file: Promise<CiFile>;
}

type Root = Pick<GitRepository, 'rootUri'>;

/** CI files of repositories, as they are in the editor, else on the disk. */
export class CiFiles {
  private readonly parsed = new Map<string, Parsed>();

  /** Whether GitLab reads a file of the repository as CI configuration, as far as local files show. */
  async isCiFile(repository: Root, path: string): Promise<boolean> {
    if (path === ciFileName) return true;
    const files = new Set([ciFileName]);
    // Iterating a set includes elements added during the iteration.
    for (const file of files) {
      const included = (await this.at(repository, file))?.includes ?? [];
      const yieldIfDue = timeSlice();
      for (const pattern of included) {
        if (includes(pattern, path)) return true;
        if (!isPattern(pattern) && files.size < maxFiles) files.add(pattern);
        await yieldIfDue();
      }
    }
    return false;
  }

  /** `.gitlab-ci.yml` and the local files that it includes, until `maxFiles` are read. */
  async *all(repository: Root): AsyncGenerator<LocatedCiFile> {
    const paths = new Set([ciFileName]);
    let searches = 0;
    // Iterating a set includes elements added during the iteration.
    for (const path of paths) {
      const file = await this.at(repository, path);
      if (file === undefined) continue;
      yield file;
      for (const one of file.includes) {
        if (paths.size >= maxFiles || searches >= maxSearches) break;
        if (isPattern(one)) searches += 1;
        for (const each of isPattern(one) ? await found(repository, one) : [one])
          if (paths.size < maxFiles) paths.add(each);
      }
    }
  }

  /** Parses a text once; of each file, only the last text is kept. */
  read(key: string, text: string): Promise<CiFile> {
    const known = this.parsed.get(key);
    if (known?.text === text) return known.file;
    const file = readCiFile(text);
    this.parsed.delete(key);
    this.parsed.set(key, { text, file });
    const [oldest] = this.parsed.keys();
    if (this.parsed.size > maxFiles && oldest !== undefined) this.parsed.delete(oldest);
    return file;
  }

  /** A file as it is in the editor, else on the disk; undefined if there is none that is short enough. */
  async at(repository: Root, path: string): Promise<LocatedCiFile | undefined> {
    const uri = uriOf(repository, path);
    const text = openText(uri) ?? (await textOnDisk(uri.fsPath));
    return text === undefined ? undefined : { ...(await this.read(uri.toString(), text)), uri, path, text };
  }
}

/** Path of a file from the repository's root, with `/`; undefined if it is elsewhere. */
function pathWithin({ rootUri }: Root, file: Pick<Uri, 'fsPath'>): string | undefined {
  const path = pathBelow(rootUri.fsPath, file.fsPath);
  return path === '' ? undefined : path;
}

/** Repositories that are shown. */
export interface ShownRepositories {
  readonly state: { readonly repositories: readonly { readonly root: string }[] };
  repositoryOf(root: string): GitRepository | undefined;
}

/** A file in a repository. */
interface FilePlace {
  readonly root: string;
  readonly repository: GitRepository;
  /** Path from the repository's root. */
  readonly path: string;
}

/** The innermost repository that a file is in. */
export function placeOfFile(shown: ShownRepositories, uri: Pick<Uri, 'fsPath'>): FilePlace | undefined {
  const places = shown.state.repositories.flatMap(({ root }) => {
    const repository = shown.repositoryOf(root);
    const path = repository === undefined ? undefined : pathWithin(repository, uri);
    return repository === undefined || path === undefined ? [] : [{ root, repository, path }];
  });
  return places.sort((a, b) => a.path.length - b.path.length)[0];
}

function uriOf({ rootUri }: Root, path: string): Uri {
  return Uri.file(join(rootUri.fsPath, ...path.split('/')));
}

function openText(uri: Uri): string | undefined {
  const text = uri.toString();
  return workspace.textDocuments.find((one) => one.uri.toString() === text)?.getText();
}

/** Undefined if there is no file that is short enough. */
async function textOnDisk(path: string): Promise<string | undefined> {
  try {
    const file = await stat(path);
    return file.isFile() && file.size <= longestCiFile ? await readFile(path, 'utf8') : undefined;
  } catch {
    return undefined;
  }
}

async function found(repository: Root, pattern: string): Promise<readonly string[]> {
  const files = await workspace.findFiles(new RelativePattern(rootUriOf(repository), pattern), undefined, maxFiles);
  return files.flatMap((uri) => pathWithin(repository, uri) ?? []).sort();
}
