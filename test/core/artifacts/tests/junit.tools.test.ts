import assert from 'node:assert/strict';
import { createReadStream, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { readJUnit } from '../../../../src/core/artifacts/tests/junit';
import { testLocations } from '../../../../src/core/artifacts/tests/testLocations';
import { projectRoot } from '../../../vscode/project';

const folder = join(projectRoot, 'test', 'core', 'artifacts', 'junit');
const inProject = '/builds/group/project/';
/** What Playwright's report names, too, but what isn't in the project: a file by its folder of tests, and a call. */
const missing = ['sum.spec.js', '.toBe'];

/** Reports that were written in `/builds/group/project`: the counts of tests and failures, and of each failure what it says. */
const expected: Readonly<Record<string, readonly [tool: string, counts: string, ...failures: readonly string[]]>> = {
  bats: ['Bats 1.8.2', '2, 1 failed', 'adds strings | `[ "12" = 3 ]\' failed | tests/sum.bats:3'],
  behave: ['behave 1.2.6', '2, 1 failed', 'Two numbers | 3 is not 4 | bdd/sum.feature:6'],
  busted: [
    'busted 2.1.1',
    '3, 2 failed',
    'sum adds strings | spec/sum_spec.lua:4: Expected objects to be equal. | spec/sum_spec.lua:4',
    'sum raises | spec/sum_spec.lua:6: no bread | spec/sum_spec.lua:6',
  ],
  cucumber: [
    'Cucumber 12.9.0',
    '2, 1 failed',
    'Two numbers | Expected values to be strictly equal: | features/step_definitions/steps.cjs:5:51',
  ],
  htmlhint: ['HTMLHint 1.9.2', '1, 1 failed', '/builds/group/project/page.html | Found 8 errors | page.html:1'],
  meson: ['Meson 1.0.1', '2, 1 failed', 'fails |  | main.c:3'],
  'node-test': [
    'node:test 20.20.2',
    '2, 1 failed',
    "adds strings | Expected values to be strictly equal:'12' !== 3 | tests/sum.node.js:6:10",
  ],
  oxlint: [
    'oxlint 1.94.0',
    '5, 5 failed',
    "eslint(no-unused-vars) | Variable 'x' is assigned a value but never used. Unused variables should start with a '_'. | src/oops.js:1:7",
    'eslint(no-const-assign) | Unexpected re-assignment of `const` variable x. | src/oops.js:1:7',
    'eslint(no-debugger) | `debugger` statement is not allowed | src/oops.js:2:1',
    'eslint(no-cond-assign) | Expected a conditional expression and instead saw an assignment | src/oops.js:3:7',
    'eslint(no-constant-condition) | Unexpected constant condition | src/oops.js:3:5',
  ],
  playwright: [
    'Playwright 1.65.1',
    '2, 1 failed',
    'adds strings | expect(received).toBe(expected) // Object.is equality | e2e/sum.spec.js:5:23',
  ],
  spectral: [
    'Spectral 6.16.3',
    '1, 1 failed',
    "org.spectral.invalid-ref(#/paths/~1bread/get/responses/200/content/application~1json/schema/%24ref) | '#/components/schemas/Bread' does not exist | openapi.yaml:11:31",
  ],
};

describe('The JUnit report of', () => {
  it('each included tool is expected', () => {
    assert.deepEqual(
      readdirSync(folder).sort(),
      Object.keys(expected)
        .map((name) => `${name}.xml`)
        .sort(),
    );
  });

  for (const [name, [tool, counts, ...failures]] of Object.entries(expected))
    it(`${tool} says what failed, why and where`, async () => {
      const report = await readJUnit(createReadStream(join(folder, `${name}.xml`)));
      assert.ok(report !== undefined && !report.damaged);
      assert.equal(`${report.tests}, ${report.failures} failed`, counts);
      const told = report.failed.map((test) => {
        const places = testLocations(test, 'report.xml').filter(({ path }) => !missing.includes(path));
        const { path, line, column } = places.at(0) ?? { path: '' };
        const place = [path.replace(inProject, ''), line, column].filter((part) => part !== undefined).join(':');
        return `${test.name} | ${test.message?.split('\n', 1)[0] ?? ''} | ${place}`;
      });
      assert.deepEqual(told, failures);
    });
});
