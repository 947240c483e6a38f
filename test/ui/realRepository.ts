import { execFileSync } from 'node:child_process';
import { mkdirSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import type { GitHead } from '../../src/core/git/gitRepository';
import { temporaryFolder } from '../vscode/temporaryFolder';
import { plainGit } from '../vscode/workspace';
import { FakeRepository, type FakeRemote } from './fake/git';

/** A real git repository in a temporary folder, with a bare one beside it as its remote `origin`. */
export class RealRepository {
  private readonly folder = temporaryFolder('gitlab-builds-git-');
  readonly root = join(realpathSync(this.folder.path), 'project');
  readonly server = join(realpathSync(this.folder.path), 'server.git');

  constructor() {
    mkdirSync(this.root);
    this.run(['init', '--quiet', '--bare', '--initial-branch=main', this.server]);
    this.run(['init', '--quiet', '--initial-branch=main']);
    this.run(['config', 'user.name', 'Test']);
    this.run(['config', 'user.email', 'test@example.com']);
    this.run(['remote', 'add', 'origin', this.server]);
  }

  remove(): Promise<void> {
    return this.folder.remove();
  }

  git(...args: readonly string[]): string {
    return this.run(args);
  }

  /** Fails without a word where git does, as a merge with conflicts. */
  try(...args: readonly string[]): void {
    try {
      this.run(args);
    } catch {
      // That it stops in the middle is what is wanted.
    }
  }

  /** An empty commit; its hash. */
  commit(title = 'A commit'): string {
    this.run(['commit', '--quiet', '--allow-empty', `--message=${title}`]);
    return this.run(['rev-parse', 'HEAD']);
  }

  /** The same repository, cloned with these arguments into a folder beside it. */
  clone(name: string, ...args: readonly string[]): string {
    const path = join(realpathSync(this.folder.path), name);
    this.run(['clone', '--quiet', ...args, `file://${this.server}`, path]);
    return path;
  }

  at(root: string, ...args: readonly string[]): string {
    return this.run(args, root);
  }

  /** As vscode.git sees it: what HEAD is now, and again whenever it is asked to look. */
  fake(root = this.root): FakeRepository {
    const fake = new FakeRepository(root, this.head(root));
    const look = () => fake.setRemotes(this.remotes(root));
    look();
    fake.onStatus = () => {
      look();
      fake.moveHead(this.head(root));
    };
    return fake;
  }

  private remotes(root: string): readonly FakeRemote[] {
    const lines = this.run(['remote', '--verbose'], root).split('\n');
    return lines.flatMap((line) => {
      const [, name, fetchUrl] = /^([^\t]+)\t(.*) \(fetch\)$/.exec(line) ?? [];
      return name === undefined || fetchUrl === undefined ? [] : [{ name, fetchUrl }];
    });
  }

  private head(root: string): GitHead {
    const ask = (...args: readonly string[]) => {
      try {
        return this.run(args, root);
      } catch {
        return undefined;
      }
    };
    const name = ask('symbolic-ref', '--short', '--quiet', 'HEAD');
    const commit = ask('rev-parse', '--verify', '--quiet', 'HEAD');
    const [remote, ...branch] = ask('rev-parse', '--abbrev-ref', '@{upstream}')?.split('/') ?? [];
    const ahead = Number(ask('rev-list', '--count', '@{upstream}..HEAD') ?? NaN);
    return {
      ...(name === undefined ? {} : { name }),
      ...(commit === undefined ? {} : { commit }),
      ...(remote === undefined ? {} : { upstream: { remote, name: branch.join('/') }, ahead }),
    };
  }

  private run(args: readonly string[], cwd = this.root): string {
    const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('GIT_'));
    const env = { ...Object.fromEntries(inherited), ...plainGit, GIT_EDITOR: 'true' };
    return execFileSync('git', args, { cwd, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();
  }
}
