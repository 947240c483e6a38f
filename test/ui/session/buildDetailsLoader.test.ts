import assert from 'node:assert/strict';
import type { VariantName } from '../../gitlab/profiles/profile';
import { serverError } from '../../gitlab/faults';
import type { App } from '../app';
import { appsInTests } from '../eachApp';
import type { TreeItem } from '../fake/basics';
import { editor } from '../fake/editor';
import { until } from '../fake/until';

async function tooltip(app: App, label: string): Promise<string> {
  const row = (await app.rows()).find(({ item }) => item.label === label);
  assert.ok(row);
  const provider = editor().views[0]?.options.treeDataProvider;
  const item = (await provider?.resolveTreeItem?.(row.item as never, row.element, {} as never)) as unknown as TreeItem;
  return typeof item.tooltip === 'string' ? item.tooltip : (item.tooltip?.value ?? '');
}

describe('A build with incomplete list data', () => {
  const apps = appsInTests();
  const start = async (profile: VariantName): Promise<App> => {
    const app = await apps.ready({ gitlab: { profile } });
    app.asked();
    return app;
  };

  for (const profile of ['15.3', '15.8'] as const)
    it(`has its runner in the tooltip, requested once, on ${profile}`, async () => {
      const app = await start(profile);
      const { id } = app.small.builds.rspec;
      const { runner } = app.gitlab.world.build(id);
      for (let time = 0; time < 2; time++) assert.match(await tooltip(app, 'rspec'), /\| Runner \| /);
      assert.ok(runner);
      // A build that has failed is open here, which asks for its failed tests.
      assert.deepEqual(
        app.asked().filter((request) => request.includes(String(id))),
        [`GET jobs/${id}`],
      );
    });

  it('has a tooltip without it if GitLab does not respond, and no error is shown', async () => {
    const app = await start('15.3');
    app.gitlab.faults = [serverError()];
    assert.doesNotMatch(await tooltip(app, 'rspec'), /\| Runner \|/);
    assert.match(await tooltip(app, 'rspec'), /^\*\*rspec\*\* /);
    assert.deepEqual(editor().messages, []);
  });

  it('has the size of its artifacts once they are expanded', async () => {
    const app = await start('15.3');
    const { id } = app.small.builds.compile;
    const artifacts = (await app.rows()).find(({ item }) => item.accessibilityInformation?.label.includes(`#${id}`));
    assert.ok(artifacts);
    assert.doesNotMatch(String(artifacts.item.description), /\dB|\d k?B/);
    const provider = editor().views[0]?.options.treeDataProvider;
    assert.ok(await provider?.getChildren(artifacts.element));
    const after = await provider?.getTreeItem(artifacts.element);
    assert.match(String(after?.description), /^257 B/);
    assert.equal(app.asked().filter((request) => request === `GET jobs/${id}`).length, 1);
  });

  it('shows no size of artifacts as long as it is unknown', async () => {
    const app = await start('15.3');
    const shown = (await app.rows()).flatMap(({ item }) => [
      item.label,
      String(item.description),
      item.accessibilityInformation?.label ?? '',
    ]);
    assert.ok(shown.some((text) => /\bartifacts$/.test(text)) && shown.some((text) => text.includes('has artifacts')));
    const row = await app.row('compile');
    for (const command of ['erase', 'deleteArtifacts']) {
      const running = app.run(command, row);
      await until('the question', () => editor().messages.length > 0);
      const [question] = editor().messages.splice(0);
      shown.push(question?.text ?? '', question?.detail ?? '');
      question?.close();
      await running;
    }
    for (const text of shown) assert.doesNotMatch(text, /\b0 B/);
  });

  it('causes no request if the list has everything', async () => {
    const app = await apps.ready({ gitlab: { profile: '18.9' } });
    app.asked();
    assert.match(await tooltip(app, 'rspec'), /\| Runner \| /);
    assert.deepEqual(
      app.asked().filter((request) => !request.endsWith('/artifacts')),
      [],
    );
  });
});
