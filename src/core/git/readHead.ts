import { readdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Ancestor, Head, Operation } from '../model/head';
import { runGit, type GitProgram } from './runGit';

interface HeadQuestion {
  readonly git: GitProgram;
  /** The repository's folder. */
  readonly root: string;
  /** Full SHA of the checked-out commit. */
  readonly sha: string;
  /** Undefined where HEAD is detached. */
  readonly branch?: string | undefined;
  /** Name of the remote whose GitLab is queried; undefined: any remote. */
  readonly remote?: string | undefined;
}

type Run = (...args: readonly string[]) => Promise<string>;

/** With more unpushed commits than this, ancestors are not looked up. */
const maxUnpushed = 50;
const maxAncestors = 20;

/** Reads HEAD with git; undefined if git can't be run or HEAD has no commit. */
export async function readHead(question: HeadQuestion): Promise<Head | undefined> {
  const run: Run = (...args) => runGit(question.git, question.root, args);
  try {
    return await ask(question, run);
  } catch {
    // Not fatal: builds can be shown without it.
    return undefined;
  }
}

async function ask({ root, sha, branch, remote }: HeadQuestion, run: Run): Promise<Head> {
  const list = ['rev-list', '--first-parent', `--max-count=${maxUnpushed + 1}`, sha];
  const [place, unpushed, chain, tag] = await Promise.all([
    run('rev-parse', '--git-dir', '--is-shallow-repository'),
    run(...list, '--not', remote === undefined ? '--remotes' : `--remotes=${withoutWildcards(remote)}/*`),
    run('rev-list', '--first-parent', `--max-count=${maxUnpushed + maxAncestors}`, sha),
    branch === undefined ? run('for-each-ref', `--points-at=${sha}`, '--count=1', tagFormat, 'refs/tags') : '',
  ]);
  const [folder = '.git', shallow] = lines(place);
  const operation = await operationIn(await readdir(resolve(root, folder)), run);
  const count = lines(unpushed).length;
  const head = { sha, branch, tag: lines(tag)[0], shallow: shallow === 'true', operation };
  const isElsewhere = () => run('rev-list', '--max-count=1', sha, '--not', '--remotes').then((output) => output === '');
  const [pushed, pushedElsewhere] =
    count === 0
      ? [true, false]
      : await Promise.all([isPushed({ branch, remote, operation }, run), remote === undefined ? false : isElsewhere()]);
  // If git can't tell, any commit before HEAD may be on the server.
  const ancestors =
    pushed === false && count > maxUnpushed ? [] : ancestorsOf(lines(chain), pushed === false ? count : 1);
  return { ...head, pushed, ancestors, ...(pushedElsewhere ? { pushedElsewhere } : {}) };
}

/** Escapes a name so that it matches only itself in a git pattern. */
function withoutWildcards(name: string): string {
  return name.replace(/[\\*?[\]]/g, (mark) => `\\${mark}`);
}

const tagFormat = '--format=%(refname:strip=2)';

function lines(output: string): readonly string[] {
  return output.split(/\r?\n/).filter((line) => line !== '');
}

/** The commits starting at `first` (its distance from HEAD) that may have builds; `chain` starts at HEAD. */
function ancestorsOf(chain: readonly string[], first: number): readonly Ancestor[] {
  return chain.slice(first, first + maxAncestors).map((sha, index) => ({ sha, back: first + index }));
}

/**
 * Files and folders in `.git` that reveal an operation in progress. Rebase comes first, because it leaves the marks of
 * picks and merges, too.
 */
const marks: readonly (readonly [name: string, operation: Operation])[] = [
  ['rebase-merge', 'rebase'],
  ['rebase-apply', 'rebase'],
  ['MERGE_HEAD', 'merge'],
  ['CHERRY_PICK_HEAD', 'cherryPick'],
  ['REVERT_HEAD', 'revert'],
  ['BISECT_LOG', 'bisect'],
];

/** @param names of the files and folders in `.git` */
async function operationIn(names: readonly string[], run: Run): Promise<Operation | undefined> {
  const found = marks.find(([name]) => names.includes(name))?.[1];
  return found === undefined && names.includes('reftable') ? operationInReftable(run) : found;
}

/** The operation in a repository whose refs are in a reftable: git keeps the marks of picks and reverts there, too. */
async function operationInReftable(run: Run): Promise<Operation | undefined> {
  const exists = (ref: string) =>
    run('rev-parse', '--verify', '--quiet', ref).then(
      () => true,
      () => false,
    );
  const [picks, reverts] = await Promise.all([exists('CHERRY_PICK_HEAD'), exists('REVERT_HEAD')]);
  if (picks) return 'cherryPick';
  return reverts ? 'revert' : undefined;
}

/**
 * Guesses from local refs whether the remote has a commit that no tracking branch contains. Only a hint: GitLab is
 * asked, too. Returns `false` only if an ordinary push would have left a trace. Returns undefined if there is no
 * evidence: the commit was fetched by tag or merge request ref, its branch isn't fetched (single-branch clone), the
 * branch was removed on the server, or nothing was ever fetched or pushed.
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

/** Whether pushing the branch updates a tracking ref of the remote. */
function covers(refspec: string, branch: string, remote: string): boolean {
  const [, source = '', target = ''] = /^\+?([^:^]+):(.+)$/.exec(refspec) ?? [];
  const [start = '', end] = source.split('*');
  const ref = `refs/heads/${branch}`;
  const isMeant = end === undefined ? ref === start : ref.startsWith(start) && ref.endsWith(end);
  return isMeant && target.startsWith(`refs/remotes/${remote}/`);
}
