import assert from 'node:assert/strict';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { CodeLens, TextDocument } from 'vscode';
import { LogFeed } from '../../../src/core/log/logFeed';
import { appsInTests } from '../eachApp';
import { editor } from '../fake/editor';
import { until } from '../fake/until';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const megabyte = 1_000_000;
const line = `${'\u001b[32mok\u001b[0m compiled a file of the project in less than a second '.repeat(2)}\n`;
const piece = Buffer.from(line.repeat(Math.ceil(65_536 / line.length)));

describe('A log of 200 MB', function () {
  this.timeout(120_000);

  it('takes no more than 100 MB at any time', async () => {
    const held = (): number => {
      collectGarbage();
      const { heapUsed, external } = process.memoryUsage();
      return heapUsed + external;
    };
    const rest = held();
    let [bytes, most, next] = [0, 0, 0];
    async function* body() {
      while (bytes < 200 * megabyte) {
        bytes += piece.length;
        yield piece;
        if (bytes < next) continue;
        next = bytes + 5 * megabyte;
        most = Math.max(most, held() - rest);
      }
      await Promise.resolve();
    }
    const feed = new LogFeed();
    await feed.read(async () => ({ size: undefined, etag: undefined, isUnchanged: false, body: body() }));
    const text = feed.log.lines.join('\n');
    most = Math.max(most, held() - rest);
    assert.ok(most <= 100 * megabyte, `${most / megabyte} MB`);
    assert.ok(text.length > 15 * megabyte);
    assert.equal(
      feed.log.dropped + feed.log.lines.length,
      Math.floor((feed.bytes / piece.length) * (piece.length / line.length)),
    );
  });
});

describe('A log that takes long to load', function () {
  this.timeout(120_000);
  const apps = appsInTests();
  const trace = line.repeat(Math.ceil((45 * megabyte) / line.length));
  const lenses = (): readonly string[] => {
    const document = editor().texts.editors[0]?.document as unknown as TextDocument;
    const lens = editor().texts.provider('lens') as { provideCodeLenses(document: TextDocument): CodeLens[] };
    return lens.provideCodeLenses(document).map(({ command }) => command?.title ?? '');
  };

  it('shows its progress, and is displayed when it is loaded', async () => {
    const app = await apps.ready();
    app.gitlab.world.update(app.small.builds.rspec, { trace });
    await app.run('openLog', { build: app.small.builds.rspec.id });
    const [progress] = editor().progress.filter(({ options }) => options.cancellable);
    assert.equal(progress?.options.title, 'Reading the log of rspec');
    assert.match(progress.reports[0]?.message ?? '', /^2\d(\.\d)? MB$/);
    assert.equal(progress.done, true);
    assert.ok(!lenses().some((title) => title.includes('Read the Rest')));
    assert.ok(lenses().some((title) => title.includes('Load earlier')));
  });

  it('is canceled by its button, shows what was read, and can be continued', async () => {
    const app = await apps.ready();
    const { long } = app.small.builds;
    app.gitlab.world.update(long, { trace });
    const running = app.run('openLog', { build: long.id });
    const progress = await until('the progress', () =>
      editor().progress.find(({ options, reports }) => options.cancellable && reports.length > 0),
    );
    progress.cancel();
    await running;
    assert.equal(progress.done, true);
    const rest = () => lenses().some((title) => title.includes('Read the Rest of the Log'));
    assert.ok(rest(), lenses().join());
    assert.ok((editor().texts.editors[0]?.document.getText().length ?? 0) > megabyte);
    await app.run('openLog', { build: long.id });
    assert.ok(!rest());
  });

  it('shows no progress if it is short', async () => {
    const app = await apps.ready();
    await app.run('openLog', { build: app.small.builds.rspec.id });
    assert.ok(editor().progress.every(({ options }) => options.cancellable !== true));
  });
});
