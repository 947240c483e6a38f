import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../vscode/project';
import { profileNames } from './profiles/profiles';
import { versionTable, withVersionTable } from './versionTable';

const cells = versionTable()
  .split('\n')
  .map((line) => line.slice(2, -2).split(' | '));

function row(what: string): readonly string[] {
  const [, ...values] = cells.find(([name]) => name === what) ?? [];
  assert.equal(values.length, profileNames.length, what);
  return values;
}

describe('The table of versions', () => {
  it('is in docs/versions.md as the profiles define it (npm run versions)', () => {
    const document = readFileSync(join(projectRoot, 'docs', 'versions.md'), 'utf8');
    assert.equal(document, withVersionTable(document));
  });

  it('has a column for each version', () => {
    assert.deepEqual(cells[0], ['', ...profileNames]);
    for (const line of cells) assert.equal(line.length, profileNames.length + 1, line[0]);
  });

  it('says what was added when', () => {
    const first = (what: string, value = '✓') => profileNames[row(what).indexOf(value)];
    assert.equal(first('erase'), '8.5');
    assert.equal(first('· keep'), '8.9');
    assert.equal(first('play'), '8.13');
    assert.equal(first('API', 'v4'), '9.0');
    assert.equal(first('builds of a commit', 'by pipelines'), '10.8');
    assert.equal(first('· with variables'), '15.9');
    assert.equal(first('· by force'), '18.9');
    assert.equal(first('· of all its pipelines', '–'), '8.9');
  });

  it('replaces the previous one, and changes nothing else', () => {
    const marks = ['<!-- versions: made by `npm run versions` -->', '<!-- /versions -->'] as const;
    const once = withVersionTable(`before\n${marks[0]}\nold\n${marks[1]}\nafter\n`);
    assert.equal(once, `before\n${marks[0]}\n\n${versionTable()}\n\n${marks[1]}\nafter\n`);
    assert.equal(withVersionTable(once), once);
    assert.throws(() => withVersionTable('no place'), /There is no/);
  });
});
