import assert from 'node:assert/strict';
import fc from 'fast-check';
import { locationsIn, locationsOf } from '../../../src/core/log/locations';
import { problemsIn, type Problem } from '../../../src/core/log/logProblems';
import { LogReader } from '../../../src/core/log/reader';
import { outputs } from './realLogs';

function all(lines: readonly string[]): readonly Problem[] {
  return [...problemsIn(lines, locationsOf(lines))].flat();
}

/** `severity path:line:column message` of each, a slash for each line's end. */
function told(text: string): readonly string[] {
  return all(text.split('\n')).map(({ path, line, column, severity, message }) => {
    const place = [path, line, column].filter((one) => one !== undefined).join(':');
    return `${severity} ${place} ${message.replaceAll('\n', ' / ')}`;
  });
}

describe('The problems found in a log', () => {
  const shapes: readonly (readonly [string, string, ...string[]])[] = [
    ['gcc', 'src/main.c:10:5: error: expected ;', 'error src/main.c:10:5 error: expected ;'],
    ['gcc, a warning', "a.c:1:2: warning: unused 'error'", "warning a.c:1:2 warning: unused 'error'"],
    ['gcc, a note', 'a.c:1:2: note: declared here', 'note a.c:1:2 note: declared here'],
    [
      'gcc, the way there',
      'In file included from a.h:3,\n                 from b.c:1:\nx.h:1:2: error: no',
      'error x.h:1:2 error: no',
    ],
    ['tsc', "src/app.ts(12,3): error TS2322: Type 'a'", "error src/app.ts:12:3 error TS2322: Type 'a'"],
    ['tsc, pretty', 'src/app.ts:12:3 - error TS2322: x', 'error src/app.ts:12:3 error TS2322: x'],
    ['maven', '[ERROR] /b/A.java:[10,5] no symbol', 'error /b/A.java:10:5 [ERROR] no symbol'],
    ['maven, a warning', '[WARNING] /b/A.java:[1,5] old', 'warning /b/A.java:1:5 [WARNING] old'],
    ['kotlin', 'w: file:///b/A.kt:10:5 Unused', 'warning /b/A.kt:10:5 w: Unused'],
    [
      'Prettier, with the numbers at the end',
      '[error] src/a.ts: SyntaxError: Expression expected. (3:7)',
      'error src/a.ts:3:7 [error] SyntaxError: Expression expected. (3:7)',
    ],
    [
      'kubectl, with the line in its words',
      'error: error parsing k8s/pod.yaml: error converting YAML to JSON: yaml: line 12: mapping values',
      'error k8s/pod.yaml:12 error: error parsing k8s/pod.yaml: error converting YAML to JSON: yaml: line 12: mapping values',
    ],
    ['go', '    add_test.go:9: got 3, want 4', 'error add_test.go:9 got 3, want 4'],
    [
      'eslint, which names a file once',
      '/b/src/a.ts\n  12:3  error  no x  no-undef\n  14:1  warning  y  no-console\n\n2 problems',
      'error /b/src/a.ts:12:3 error no x no-undef',
      'warning /b/src/a.ts:14:1 warning y no-console',
    ],
    ['flake8', 'a.py:1:2: W291 trailing whitespace', 'warning a.py:1:2 W291 trailing whitespace'],
    ['pylint', 'a.py:1:0: C0114: Missing docstring', 'note a.py:1:0 C0114: Missing docstring'],
    ['php', 'PHP Fatal error: x in /b/a.php on line 3', 'error /b/a.php:3 PHP Fatal error: x'],
    ['prose', 'as is said in docs/a.md:3 of it', 'note docs/a.md:3 as is said in docs/a.md:3 of it'],
    ['make', 'make: *** [Makefile:2: app] Error 1', 'error Makefile:2 make: *** [Makefile:2: app] Error 1'],
    [
      'rustc, with the message above',
      'warning: unused variable\n --> src/a.rs:4:5\n  |\n4 | let x\n\nerror[E0308]: mismatched\n --> src/b.rs:1:2',
      'warning src/a.rs:4:5 warning: unused variable',
      'error src/b.rs:1:2 error[E0308]: mismatched',
    ],
    [
      'a Rust panic, with the message below',
      "thread 'adds' panicked at src/lib.rs:12:9:\nassertion failed",
      "error src/lib.rs:12:9 thread 'adds' panicked / assertion failed",
    ],
    [
      'pytest, with the message above',
      '>       assert 3 == 4\nE       assert 3 == 4\nE        +  where 3\n\ntests/a.py:7: AssertionError',
      'error tests/a.py:7 assert 3 == 4 / +  where 3',
    ],
    [
      'a Node stack',
      'TypeError: x is not a function\n    at run (src/a.js:10:5)\n    at async Promise.all (index 0)\n    at b.js:1:2\nnext',
      'error src/a.js:10:5 TypeError: x is not a function',
      'error b.js:1:2 TypeError: x is not a function',
    ],
    [
      'jest',
      '  ● adds\n\n    Expected: 4\n    Received: 3\n\n    > 5 |   expect(\n        |   ^\n\n      at Object.<anonymous> (src/a.test.ts:5:18)',
      'error src/a.test.ts:5:18 ● adds / Expected: 4 / Received: 3',
    ],
    [
      'rspec',
      '  1) Adder adds\n     Failure/Error: expect(1).to eq(2)\n\n       got: 1\n     # ./spec/a_spec.rb:5:in `block`',
      'error spec/a_spec.rb:5 Failure/Error: expect(1).to eq(2) / got: 1',
    ],
    [
      'a Java stack',
      'java.lang.IllegalStateException: no\n\tat org.a.B.run(B.java:3)\n\t... 2 more\nCaused by: java.io.IOException: gone\n\tat org.a.C.read(C.java:9)',
      'error org/a/B.java:3 java.lang.IllegalStateException: no',
      'error org/a/C.java:9 Caused by: java.io.IOException: gone',
    ],
    [
      'a Python traceback, innermost frame first',
      'Traceback (most recent call last):\n  File "a.py", line 1, in <module>\n    f()\n  File "b.py", line 2, in f\n    raise\nValueError: no',
      'error b.py:2 ValueError: no',
      'error a.py:1 ValueError: no',
    ],
    [
      'a Go panic',
      'panic: boom\n\ngoroutine 1 [running]:\nmain.main()\n\t/b/main.go:12 +0x1d\nexit status 2',
      'error /b/main.go:12 panic: boom',
    ],
    [
      'BuildKit, whose prefix is not a PHP frame',
      '#12 3.456 src/a.ts(1,2): error TS1: x\n#12 3.457 src/b.ts(3,4): error TS2: y\n#12 3.460 src/c.ts(5,6): error TS3: z',
      'error src/a.ts:1:2 error TS1: x',
      'error src/b.ts:3:4 error TS2: y',
      'error src/c.ts:5:6 error TS3: z',
    ],
    [
      'a PHP stack',
      'PHP Fatal error: Uncaught Exception: no\nStack trace:\n#0 /b/a.php(3): f()\n#1 /b/b.php(4): g()\n#2 {main}',
      'error /b/a.php:3 PHP Fatal error: Uncaught Exception: no / Stack trace:',
      'error /b/b.php:4 PHP Fatal error: Uncaught Exception: no / Stack trace:',
    ],
    ['a task', '[lint] src/a.ts:1:2: warning: x', 'warning src/a.ts:1:2 warning: x'],
    ['a task of a package', 'web:build: src/a.ts(1,2): error TS1: x', 'error src/a.ts:1:2 error TS1: x'],
    ['a time', '2026-01-02T03:04:05.678Z src/a.c:1:2: error: x', 'error src/a.c:1:2 error: x'],
    ['a time in brackets', '[03:04:05] src/a.c:1:2: warning: x', 'warning src/a.c:1:2 warning: x'],
    [
      'a stack after a prefix',
      '#9 1.2 Error: no\n#9 1.2     at run (src/a.js:1:2)\n#9 1.2     at src/b.js:3:4',
      'error src/a.js:1:2 Error: no',
      'error src/b.js:3:4 Error: no',
    ],
    ['text that only looks like a frame', '    at src/a.ts:1:2 - error TS1: x', 'error src/a.ts:1:2 at error TS1: x'],
    ['a whole range', 'a.py:1:2:12:9: error: x', 'error a.py:1:2 error: x'],
    ['a range in brackets', 'a.fs(1,9,10,11): error FS1: x', 'error a.fs:1:9 error FS1: x'],
    ['a range with a dash', 'A.hs:12:3-9: error: x', 'error A.hs:12:3 error: x'],
    ['a warning sign', 'a.css\n  2:30  ⚠  Unexpected unit  no-x', 'warning a.css:2:30 ⚠ Unexpected unit no-x'],
    [
      'pytest, each test with its own message',
      [
        ...['____ test_a ____', '', '    def test_a():', '>       assert 1 == 2', 'E       assert 1 == 2', ''],
        ...['tests/a.py:3: AssertionError', '____ test_b ____', '', '    def test_b():', '>       b()', ''],
        ...['tests/a.py:6: ', '_ _ _ _', '', '    def b():', '>       raise ValueError("no")'],
        ...['E       ValueError: no', '', 'b.py:2: ValueError', '=== short test summary info ==='],
      ].join('\n'),
      'error tests/a.py:3 assert 1 == 2',
      'error tests/a.py:6 ValueError: no',
      'error b.py:2 ValueError: no',
    ],
    [
      'jest, where one test is not about the other',
      '  ● adds\n\n    Error: one\n\n      at a (src/a.test.ts:5:18)\n\n  ● subtracts\n\n    two\n\n      at b (src/a.test.ts:9:1)',
      'error src/a.test.ts:5:18 ● adds / Error: one',
      'error src/a.test.ts:9:1 ● subtracts / two',
    ],
    [
      'an arrow below a message without a severity',
      'unused variable x\n  --> src/a.rs:1:2\n   |',
      'error src/a.rs:1:2 unused variable x',
    ],
    [
      'Terraform',
      '│ Error: Unsupported argument\n│ \n│   on main.tf line 3, in resource "a" "b":\n│    3:   c = 1',
      'error main.tf:3 Error: Unsupported argument',
    ],
    [
      'ShellCheck',
      'In run.sh line 2:\necho $x\n     ^-- SC2086 (info): Double quote to prevent globbing.\n',
      'note run.sh:2 SC2086 (info): Double quote to prevent globbing.',
    ],
    [
      'webpack',
      'ERROR in ./src/bad.js 1:0\nModule parse failed: x',
      'error src/bad.js:1:0 ERROR / Module parse failed: x',
    ],
    ['dash', 'run.sh: 3: foo: not found', 'error run.sh:3 foo: not found'],
    ['bash', 'run.sh: line 3: foo: command not found', 'error run.sh:3 foo: command not found'],
    [
      'PHPStan',
      ' ------ -----\n  Line   src/A.php\n ------ -----\n  12     Undefined property.\n         🪪 property\n  14     Unused.\n',
      'error src/A.php:12 Undefined property.',
      'error src/A.php:14 Unused.',
    ],
    [
      'eslint, also below a message of several lines',
      '/b/a.ts\n  1:1  error  Parsing error: one\n\ntwo of it\n  3:1  warning  y  no-x',
      'error /b/a.ts:1:1 error Parsing error: one',
      'warning /b/a.ts:3:1 warning y no-x',
    ],
    [
      'Vitest',
      'AssertionError: no\n ❯ src/a.test.ts:3:4\n ❯ src/b.ts:5:6',
      'error src/a.test.ts:3:4 AssertionError: no',
      'error src/b.ts:5:6 AssertionError: no',
    ],
    ['a word and a number, which is not a location', 'src/a.ts 12 passed, error'],
  ];
  for (const [what, text, ...expected] of shapes)
    it(`are found: ${what}`, () => assert.deepEqual(told(text), expected));

  it('exclude passed tests, commands and URLs', () => {
    for (const line of ['PASS src/a.test.ts:3', '  ✓ a.ts:1', '$ eslint a.ts:1', 'see https://a/b.js:3', 'no place'])
      assert.deepEqual(told(line), [], line);
  });

  it('are grouped by stack, with the line that names them', () => {
    const lines = [
      'a.c:1:1: error: x',
      'Error: no',
      '    at a.js:1:2',
      '    at b.js:3:4',
      'Error: y',
      '    at c.js:5:6',
    ];
    assert.deepEqual(
      all(lines).map(({ at, stack }) => [at, stack]),
      [
        [0, undefined],
        [2, 2],
        [3, 2],
        [5, 5],
      ],
    );
  });

  it('are found in the output of each tool', () => {
    for (const { tool, log, places } of outputs) {
      const reader = new LogReader();
      reader.push(Buffer.from(log));
      const found = all(reader.lines).map(({ path, line, column }) =>
        [path, line, column].filter((one) => one !== undefined).join(':'),
      );
      assert.deepEqual([...found].sort(), places.filter((place) => !place.startsWith('http')).toSorted(), tool);
    }
  });

  it('are searched a few lines at a time', () => {
    const lines = Array.from({ length: 10_000 }, (_, index) => `a.c:${index + 1}: error: x`);
    const steps = [...problemsIn(lines, (at) => locationsIn(lines[at] ?? ''))].map(({ length }) => length);
    assert.ok(steps.length >= 100 && Math.max(...steps) <= 100, steps.join());
    assert.equal(
      steps.reduce((sum, one) => sum + one, 0),
      10_000,
    );
    const long = Array.from({ length: 20 }, () => 'x'.repeat(100_000));
    assert.ok([...problemsIn(long, () => [])].length >= 10);
  });

  it('each have a location that their line names, and a message, in any log', () => {
    const parts = fc.constantFrom(
      ...[
        'Error: x',
        '    at f (a.js:1:2)',
        '',
        '  File "a.py", line 3',
        'E   x',
        'b.c:1: y',
        ' --> c.rs:1:2',
        '\t...',
      ],
      ...['# d.rb:3:in', 'a.py:1: X', '> 5 | y', 'ValueError: z', 'goroutine', 'main.f()', '\t/a/b.go:3 +0x'],
    );
    fc.assert(
      fc.property(fc.array(parts, { maxLength: 40 }), (lines) => {
        const found = all(lines);
        const count = lines.flatMap((line) => locationsIn(line)).length;
        assert.equal(found.length, count);
        for (const { at, message, path } of found) {
          assert.notEqual(message, '');
          assert.ok(locationsIn(lines[at] ?? '').some((one) => one.path === path));
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('take little time in a line of a million characters', () => {
    for (const part of [' ', 'a', '(', ':1', '-', 'a.c:1', 'at ', '> '])
      for (const line of [part.repeat(1_000_000 / part.length), `a.c:1${part.repeat(500_000)}`])
        for (const before of [line, '    at a.js:1:2']) assert.ok(all([before, line, 'at b.js:1', line]).length >= 1);
  });
});
