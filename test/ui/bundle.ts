import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { FakeBuild } from '../gitlab/model';
import type { App, AppOptions } from './app';
import type { appsInTests } from './eachApp';
import { editor } from './fake/editor';
import type { Message } from './fake/message';
import { until } from './fake/until';
import { rowsOf } from './fake/views';

const many = Object.fromEntries(Array.from({ length: 60 }, (_, index) => [`many/${index}.txt`, `of ${index}\n`]));
const files = {
  'bin/app': 'an executable\n',
  'bin/lib/a.so': 'A',
  'bin/lib/b.so': 'BB',
  'notes.txt': 'Notes.\n',
  // So that nothing else is most of the archive.
  'big.bin': randomBytes(400_000),
  ...many,
};

/** The extension beside a GitLab with a build `bundle` that has these artifacts, or `content` as its archive. */
export class Bundle {
  private constructor(
    readonly app: App,
    readonly build: FakeBuild,
  ) {}

  static async start(
    apps: ReturnType<typeof appsInTests>,
    options: AppOptions = {},
    content?: Buffer,
  ): Promise<Bundle> {
    const artifacts = content === undefined ? { filename: 'all.zip', files } : { filename: 'all.zip', content };
    const made: FakeBuild[] = [];
    const app = await apps.ready({
      gitlab: { profile: '18.9' },
      ...options,
      prepare: ({ gitlab: { world }, small: { project, sha } }) => {
        made.push(world.addBuild(project, { sha, stage: 'package', name: 'bundle', status: 'success', artifacts }));
      },
    });
    app.asked();
    return new Bundle(app, made[0]!);
  }

  /** A row below the artifacts of the build, as a menu gives it. */
  async row(label: string): Promise<unknown> {
    const [view] = editor().views;
    assert.ok(view);
    const isIn = ({ contextValue = '' }: { contextValue?: string }) =>
      /^artifact|^build|^stage|^status/.test(contextValue);
    const found = (await rowsOf(view, isIn)).find(({ item, element }) => {
      const { node } = element as { node: { kind: string; build?: { name: string } } };
      return item.label === label && node.kind.startsWith('artifact') && node.build?.name === 'bundle';
    });
    assert.ok(found, `no row ${label}`);
    return found.element;
  }

  /** Where its artifacts are saved. */
  get folder(): string {
    return join(this.app.folder.path, '.gitlab-builds', `bundle-${this.build.id}`);
  }

  /** All files there. */
  async saved(): Promise<readonly string[]> {
    const { folder } = this;
    const found = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
    const paths = found.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
    return paths.map((path) => path.slice(folder.length + 1)).sort();
  }

  /** What was asked of archives since the start. */
  get downloads(): readonly ('whole' | 'part')[] {
    return this.app.gitlab.requests
      .filter(({ path }) => path.includes('/artifacts'))
      .map(({ headers }) => (headers.range === undefined ? 'whole' : 'part'));
  }
}

export function message(text: string): Promise<Message> {
  return until(`the message ${text}`, () => editor().messages.find((one) => one.open && one.text.includes(text)));
}
