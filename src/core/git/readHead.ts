import { readdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Ancestor, Head, Operation } from '../model/head';
import { runGit, type GitProgram } from './runGit';

export interface HeadQuestion {
  readonly git: GitProgram;
  /** The repository's folder. */
  readonly root: string;
  /** The commit that is checked out. */
  readonly sha: string;
  /** Undefined where HEAD is detached. */
  readonly branch?: string | undefined;
  /** The one whose GitLab is asked; undefined: any. */
  readonly remote?: string | undefined;
}

type Run = (...args: readonly string[]) => Promise<string>;

/** Who has more commits to push is not told of ancestors. */
const mostUnpushed = 50;
const mostAncestors = 20;

/** What git itself says of HEAD; undefined where it cannot be run, or knows no such commit. */
export async function readHead(question: HeadQuestion): Promise<Head | undefined> {
  const run: Run = (...args) => runGit(question.git, question.root, args);
  try {
    return await ask(question, run);
  } catch {
    // Builds can be shown without it.
    return undefined;
  }
}

async function ask({ root, sha, branch, remote }: HeadQuestion, run: Run): Promise<Head> {
  const list = ['rev-list', '--first-parent', `--max-count=${mostUnpushed + 1}`, sha];
  const [place, unpushed, chain, tag] = await Promise.all([
    run('rev-parse', '--git-dir', '--is-shallow-repository'),
    run(...list, '--not', remote === undefined ? '--remotes' : `--remotes=${withoutWildcards(remote)}/*`),
    run('rev-list', '--first-parent', `--max-count=${mostUnpushed + mostAncestors}`, sha),
    branch === undefined ? run('for-each-ref', `--points-at=${sha}`, '--count=1', tagFormat, 'refs/tags') : '',
  ]);
  const [folder = '.git', shallow] = lines(place);
  const operation = operationIn(await readdir(resolve(root, folder)));
  const count = lines(unpushed).length;
  const head = { sha, branch, tag: lines(tag)[0], shallow: shallow === 'true', operation };
  const isElsewhere = () => run('rev-list', '--max-count=1', sha, '--not', '--remotes').then((output) => output === '');
  const [pushed, pushedElsewhere] =
    count === 0
      ? [true, false]
      : await Promise.all([isPushed({ branch, remote, operation }, run), remote === undefined ? false : isElsewhere()]);
  // Where git can't tell, each of those before HEAD may be there.
  const ancestors =
    pushed === false && count > mostUnpushed ? [] : ancestorsOf(lines(chain), pushed === false ? count : 1);
  return { ...head, pushed, ancestors, ...(pushedElsewhere ? { pushedElsewhere } : {}) };
}

/** A name in a pattern of git's that matches nothing but itself. */
function withoutWildcards(name: string): string {
  return name.replace(/[\\*?[\]]/g, (mark) => `\\${mark}`);
}

const tagFormat = '--format=%(refname:strip=2)';

function lines(output: string): readonly string[] {
  return output.split(/\r?\n/).filter((line) => line !== '');
}

/** Those of the commits from HEAD on that may have builds; `first`: so many commits before HEAD is the nearest. */
function ancestorsOf(chain: readonly string[], first: number): readonly Ancestor[] {
  return chain.slice(first, first + mostAncestors).map((sha, index) => ({ sha, back: first + index }));
}

/** What git leaves in its folder while it is in the middle of something; a rebase picks and merges on its way. */
const marks: readonly (readonly [name: string, operation: Operation])[] = [
  ['rebase-merge', 'rebase'],
  ['rebase-apply', 'rebase'],
  ['MERGE_HEAD', 'merge'],
  ['CHERRY_PICK_HEAD', 'cherryPick'],
  ['REVERT_HEAD', 'revert'],
  ['BISECT_LOG', 'bisect'],
];

function operationIn(names: readonly string[]): Operation | undefined {
  return marks.find(([name]) => names.includes(name))?.[1];
}

/**
 * Whether the remote has a commit that is in none of the branches we have of it, as far as git can tell: a hint alone, which
 * GitLab is asked about. `false` only where a push in the usual way would have left its mark: there is nothing to tell by of a commit that was fetched by its tag or a merge request's ref, of a
 * branch that is not among those that are fetched (a clone of a single branch), of one that was removed on the server,
 * and where nothing was ever fetched or pushed.
 */
async function isPushed(
  { branch, remote, operation }: Pick<HeadQuestion, 'branch' | 'remote'> & Pick<Head, 'operation'>,
  run: Run,
): Promise<false | undefined> {
  if (remote === undefined) return undefined;
  if (branch === undefined) return operation === 'rebase' ? false : undefined;
  const [fetched, known, track] = await Promise.all([
    run('config', '--get-all', `remote.${remote}.fetch`).catch(() => ''),
    run('for-each-ref', '--count=1', `refs/remotes/${remote}/`),
    run('for-each-ref', '--format=%(upstream:track,nobracket)', `refs/heads/${branch}`),
  ]);
  const isCovered = lines(fetched).some((refspec) => covers(refspec, branch, remote));
  return isCovered && known !== '' && lines(track)[0] !== 'gone' ? false : undefined;
}

/** Whether a push of the branch moves what we have of the remote. */
function covers(refspec: string, branch: string, remote: string): boolean {
  const [, source = '', target = ''] = /^\+?([^:^]+):(.+)$/.exec(refspec) ?? [];
  const [start = '', end] = source.split('*');
  const ref = `refs/heads/${branch}`;
  const isMeant = end === undefined ? ref === start : ref.startsWith(start) && ref.endsWith(end);
  return isMeant && target.startsWith(`refs/remotes/${remote}/`);
}
