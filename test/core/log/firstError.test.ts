import assert from 'node:assert/strict';
import { firstError, tailOf } from '../../../src/core/log/firstError';
import { normalized } from '../../../src/core/log/normalize';
import { assertLinear } from '../hostileText';
import { end, read, start } from './support';

const sentence = 'ERROR: Job failed: exit code 1';

function script(...lines: readonly string[]): string {
  const before = `${start(1, 'get_sources')}Getting source\nerror: this was mended\n${end(2, 'get_sources')}`;
  const body = `${start(2, 'step_script')}Executing "step_script"\n${lines.join('\n')}\n${end(9, 'step_script')}`;
  return `${before}${body}${start(9, 'cleanup_file_variables')}Cleaning up\n${end(9, 'cleanup_file_variables')}${sentence}\n`;
}

describe('the first error of a log', () => {
  const errors = [
    ...[
      'src/a.ts(1,2): error TS2322: x',
      'main.c:1:2: fatal error: a.h: No such file',
      'error[E0308]: mismatched',
      'npm ERR! code 1',
    ],
    ...[
      '[ERROR] Failed to execute goal',
      '--- FAIL: TestA (0.00s)',
      'FAIL src/a.test.ts',
      'E   assert 1 == 2',
      'not ok 3 - a',
    ],
    ...[
      'Traceback (most recent call last):',
      'Exception in thread "main" java.lang.NullPointerException: x',
      'panic: runtime error',
    ],
    ...[
      '  1) adds',
      '  ✕ adds (3 ms)',
      'AssertionError: no',
      'fatal: not a git repository',
      '/bin/sh: foo: not found',
      'make: *** [all] Error 2',
    ],
    ...[
      'bash: line 1: foo: command not found',
      'tests/test_a.py::test_b FAILED',
      "thread 'main' panicked at src/main.rs:2",
    ],
  ];
  for (const error of errors)
    it(`is ${error}`, async () =>
      assert.equal(await firstError(read(script('$ make', 'all is well', error, 'error: later'))), 5));

  it('is not a line about the absence of errors, and not a command', async () => {
    const harmless = [
      '0 errors, 0 warnings',
      'Failures: 0, Errors: 0',
      'WARNING: error ahead',
      '$ grep error: a',
      'no errors found',
      'errors.ts',
      ...[
        '=== RUN   TestReadError',
        'ok 1 - error: is told',
        '  ✔ returns an error: bad input',
        'test a::error ... ok',
      ],
      ...[
        'tests/a.py::test_error PASSED [ 9%]',
        '+ grep fatal a',
        'a.c:1:2: warning: the old error: x',
        '[INFO] error: x',
      ],
      ...['# failure handling', '  console.error', '    Error: as expected'],
    ];
    const log = read(script(...harmless, 'error: this'));
    assert.equal(log.lines[(await firstError(log)) ?? -1], 'error: this');
  });

  const shown = async (text: string): Promise<string | undefined> => {
    const log = read(text);
    const at = await firstError(log);
    return at === undefined ? undefined : log.lines[at];
  };

  it('comes after lines that only say where a message comes from', async () => {
    for (const prefix of ['#12 3.456 ', '[lint] ', 'app:build: '])
      assert.equal(await shown(script('$ make', `${prefix}fine`, `${prefix}error: x`)), `${prefix}error: x`);
  });

  it('is the cause, even if that is far below the name of the failed step', async () => {
    const names = ['a.py::test_add FAILED [ 50%]', 'a.py::test_sub PASSED [100%]', '', '=== FAILURES ===', ''];
    assert.equal(await shown(script(...names, 'E       assert -1 == 3')), 'E       assert -1 == 3');
    assert.equal(await shown(script('  ✕ adds (3 ms)', '', '  ● adds')), '  ✕ adds (3 ms)');
  });

  it('is the exception that Python raised', async () => {
    const trace = ['Traceback (most recent call last):', '  File "a.py", line 1, in <module>', '    f()'];
    assert.equal(await shown(script(...trace, 'KeyError: 3')), 'KeyError: 3');
  });

  describe('is the number of warnings if there were too many', () => {
    const warned = ['/builds/group/project/src/app.js', "  1:7  warning  'error' is never used", '  2:1  warning  x'];
    for (const [count, verdict] of [
      ['✖ 2 problems (0 errors, 2 warnings)', 'ESLint found too many warnings (maximum: 0).'],
      ['⚠ 2 problems (0 errors, 2 warnings)', 'Max warnings exceeded: 2 found. 0 allowed'],
      ['Found 2 warnings and 0 errors.', 'Exceeded maximum number of warnings. Found 2.'],
    ] as const)
      it(verdict, async () => {
        const found = await firstError(read(script('$ lint', ...warned, ...warned, '', count, '', verdict)));
        assert.equal(found, count.startsWith('Found') ? 13 : 11);
      });

    it('but not if there were not too many', async () => {
      const lines = [...warned, '', '✖ 2 problems (0 errors, 2 warnings)', '', '$ test', ...warned, 'error: later'];
      assert.equal(await firstError(read(script('$ lint', ...lines))), 14);
    });

    it('and not a command about them', async () =>
      assert.equal(await firstError(read(script('$ grep "too many warnings" a', 'x', 'error: later'))), 5));
  });

  describe('is the exception from a Python test, not the heading that names the test', () => {
    const below = [
      '-'.repeat(70),
      'Traceback (most recent call last):',
      '  File "a.py", line 6, in test_a',
      '    open()',
    ];
    for (const heading of ['test_a (test_app.A.test_a)', 'setUpClass (test_app.A)', 'test_a (test_app.A.test_a) (i=3)'])
      it(heading, async () => {
        const lines = [`ERROR: ${heading}`, ...below, "FileNotFoundError: [Errno 2] No such file: 'a'"];
        assert.equal(await firstError(read(script('$ python3 -m unittest', 'E', '=====', ...lines))), 11);
      });

    it('and the heading if no exception was raised', async () =>
      assert.equal(await firstError(read(script('$ test', 'E', '====', 'ERROR: test_a (app.A.test_a)', 'x', 'y'))), 6));
  });

  it("is a linter's finding if nothing is called an error", async () => {
    const lines = ['a.py:1:2: warning: old', 'a.py:4:1: E302 expected 2 blank lines', 'a.py:5:1: E303 too many'];
    assert.equal(await shown(script('12 files', ...lines)), lines[1]);
  });

  it("is the last line of a script without an error, before the runner's messages", async () => {
    assert.equal(await shown(script('$ ./check', 'all is well', 'and over', '')), 'and over');
    const untimely = `${start(2, 'step_script')}Executing "step_script"\nhalf done\n`;
    assert.equal(await shown(`${untimely}${sentence}\n`), 'half done');
    assert.equal(await shown(untimely), 'half done');
  });

  it('is not a line before the script or after it', async () => {
    const after = `${start(9, 'after_script')}error: after all\n${end(9, 'after_script')}`;
    assert.equal(await shown(script('all is well').replace(sentence, after + sentence)), 'all is well');
  });

  it("is the runner's message if the script wrote nothing, or if the runner failed", async () => {
    assert.equal(await shown(`${start(2, 'step_script')}Executing\n${end(3, 'step_script')}${sentence}\n`), sentence);
    const broken = 'ERROR: Job failed (system failure): pod was evicted';
    assert.equal(await shown(script('all is well').replace(sentence, broken)), broken);
  });

  it('is the reason why artifacts could not be uploaded, if the script succeeded', async () => {
    const upload = (...lines: readonly string[]) =>
      `${script('error: mended by another try')}${start(9, 'upload_artifacts_on_success')}${lines.join('\n')}\n${end(9, 'upload_artifacts_on_success')}${sentence}\n`;
    const tooLarge = 'ERROR: Uploading artifacts as "archive" to coordinator... 413 Request Entity Too Large';
    assert.equal(
      await shown(upload('Uploading artifacts...', 'WARNING: dist/: none', tooLarge, 'FATAL: too large')),
      tooLarge,
    );
    assert.equal(await shown(upload('Uploading artifacts...', 'dist/: found 2 files')), 'error: mended by another try');
  });

  it("is the first one in the log if there was no script, then the runner's message", async () => {
    assert.equal(await shown(`a\nfatal: no such ref\nb\n${sentence}\n`), 'fatal: no such ref');
    assert.equal(await shown(`a\nb\n${sentence}\n`), sentence);
    assert.equal(await shown('a\nb'), undefined);
    assert.equal(await shown(''), undefined);
  });

  it('takes linear time in the length of the log', () =>
    assertLinear(
      40_000,
      (lines) => read('Compiling the not so failing module of the error free project\n'.repeat(lines)),
      async (log) => assert.equal(await firstError(log), undefined),
    ));
});

describe('The last lines of a failed build', () => {
  it("are those of the script and the runner's messages", () => {
    assert.deepEqual(tailOf(read(script('one', 'two', 'three', '')), 3), ['two', 'three', sentence]);
    assert.deepEqual(tailOf(read(script('one')), 9), ['Executing "step_script"', 'one', sentence]);
  });

  it('are the last lines of the log if there is no script', () => {
    assert.deepEqual(tailOf(read('a\nb\nc\n\n'), 2), ['b', 'c']);
    assert.deepEqual(tailOf(read(''), 2), []);
  });
});

describe('Lines prepared for comparison', () => {
  const pairs: readonly (readonly [string, string])[] = [
    ['2024-05-14T11:19:19.899359Z start', '2026-11-22T01:02:03Z start'],
    ['[11:19:19] 2024-05-14 11:19 x', '[01:02:03] 2025-01-02 09:09 x'],
    ['Tue May 14 11:19:19 UTC 2024', 'Sun Nov  2 01:02:03 UTC 2026'],
    ['Finished in 1.23 seconds (files took 0.4s to load)', 'Finished in 12 seconds (files took 11.09s to load)'],
    ['ok 3ms, 1m 20s', 'ok 120ms, 2m 3s'],
    [
      'Running on runner-abc-project-12-concurrent-0 via host',
      'Running on runner-xyz_9-project-13-concurrent-11 via host',
    ],
    ['Checking out 1a2b3c4d as detached', 'Checking out ffee0011 as detached'],
    ['id 01234567-89ab-cdef-0123-456789abcdef', 'id fedcba98-7654-3210-fedc-ba9876543210'],
    ['Job #123 pipeline 1234567', 'Job #4567 pipeline 89012'],
    ['/tmp/tmp.abc: x', '/tmp/tmp.xyz9: x'],
  ];
  for (const [one, other] of pairs)
    it(`are the same in each run: ${one}`, () => {
      assert.equal(normalized(one), normalized(other));
      assert.notEqual(normalized(one), one);
    });

  it('keep what matters', () => {
    const lines = [
      'src/app.ts:12:30 error TS2322',
      '3 failed, 4 passed',
      'node v20.1.0',
      'defaced facade',
      '10 + 5',
      '',
      'Exit code 137',
    ];
    assert.deepEqual(lines.map(normalized), lines);
  });

  it('take little time, whatever they contain', () => {
    for (const part of ['1', 'a', '1a', '1:', '#1', '1.', '2024-', ' 1 s', '/tmp/', 'runner-', '1s'])
      assert.ok(normalized(part.repeat(500_000 / part.length)).length > 0);
  });
});
