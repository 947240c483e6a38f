import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../../vscode/project';
import { messages } from './troubleshooting';

const file = join(projectRoot, 'docs', 'troubleshooting.md');
const [begin, end] = ['<!-- Made by `npm run troubleshooting` -->\n', '<!-- End of what is made -->\n'] as const;

describe('docs/troubleshooting.md', () => {
  it('contains every sentence in the tables in code, as `npm run troubleshooting` writes it', () => {
    const text = readFileSync(file, 'utf8');
    const [before = '', made, after] = [text.split(begin)[0], ...(text.split(begin)[1] ?? '').split(end)];
    assert.ok(made !== undefined && after !== undefined, 'its marks are missing');
    const wanted = `${before}${begin}\n${messages()}\n${end}${after}`;
    if (process.env['npm_lifecycle_event'] === 'troubleshooting') writeFileSync(file, wanted);
    else assert.equal(text, wanted, 'It is stale: run `npm run troubleshooting`.');
  });
});
