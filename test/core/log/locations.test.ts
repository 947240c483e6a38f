import assert from 'node:assert/strict';
import fc from 'fast-check';
import { locationsIn, locationsOf } from '../../../src/core/log/locations';

/** `text@path:line:column` of each, or the URL. */
function found(line: string): readonly string[] {
  return locationsIn(line).map(({ start, end, url, path = '', line: at, column }) => {
    const place = [path, at, column].filter((one) => one !== undefined).join(':');
    return url ?? `${line.slice(start, end)}@${place}`;
  });
}

describe('The locations that a log names', () => {
  type Shape = readonly [string, string, ...string[]];
  const shapes: readonly Shape[] = [
    ['gcc', 'src/main.c:10:5: error: expected ;', 'src/main.c:10:5@src/main.c:10:5'],
    ['tsc', "src/app.ts(12,3): error TS2322: Type 'a'", 'src/app.ts(12,3)@src/app.ts:12:3'],
    ['tsc, pretty', 'src/app.ts:12:3 - error TS2322: x', 'src/app.ts:12:3@src/app.ts:12:3'],
    ['maven', '[ERROR] /builds/g/p/src/A.java:[10,5] x', '/builds/g/p/src/A.java:[10,5]@/builds/g/p/src/A.java:10:5'],
    ['a Java stack', '\tat org.example.App$In.run(App.java:7)', 'App.java:7@org/example/App.java:7'],
    ['a Java module', '\tat app//org.a.B.<init>(B.java:3) ~[b.jar]', 'B.java:3@org/a/B.java:3'],
    ['kotlin', 'e: file:///builds/p/A.kt:10:5 Unresolved', 'file:///builds/p/A.kt:10:5@/builds/p/A.kt:10:5'],
    ['kotlin, older format', 'e: /builds/p/A.kt: (10, 5): Unresolved', '/builds/p/A.kt: (10, 5)@/builds/p/A.kt:10:5'],
    ['python', '  File "app/main.py", line 12, in run', 'app/main.py", line 12@app/main.py:12'],
    ['pytest', 'tests/test_a.py:12: AssertionError', 'tests/test_a.py:12@tests/test_a.py:12'],
    ['rspec', '     # ./spec/a_spec.rb:5:in `block`', './spec/a_spec.rb:5@spec/a_spec.rb:5'],
    ['go', '    main_test.go:14: got 1', 'main_test.go:14@main_test.go:14'],
    ['cargo', '  --> src/main.rs:4:5', 'src/main.rs:4:5@src/main.rs:4:5'],
    ['node', '    at run (/builds/g/p/a.js:10:5)', '/builds/g/p/a.js:10:5@/builds/g/p/a.js:10:5'],
    ['node, modules', '    at file:///builds/g/p/a.mjs:1:2', 'file:///builds/g/p/a.mjs:1:2@/builds/g/p/a.mjs:1:2'],
    ['php', 'PHP Fatal error: x in /builds/g/a.php on line 3', '/builds/g/a.php on line 3@/builds/g/a.php:3'],
    ['.NET', '   at A.B() in /builds/g/A.cs:line 12', '/builds/g/A.cs:line 12@/builds/g/A.cs:12'],
    [
      'Windows',
      String.raw`C:\builds\g\A.cs(12,3): error CS1002`,
      String.raw`C:\builds\g\A.cs(12,3)@C:\builds\g\A.cs:12:3`,
    ],
    ['a name in another script', 'src/ä/日本.ts:3:4: x', 'src/ä/日本.ts:3:4@src/ä/日本.ts:3:4'],
    ['make', 'Makefile:12: recipe failed', 'Makefile:12@Makefile:12'],
    [
      'scoped packages',
      'packages/@a/b-c/x_y.spec.tsx:1',
      'packages/@a/b-c/x_y.spec.tsx:1@packages/@a/b-c/x_y.spec.tsx:1',
    ],
    ...[
      ...['a.c#12', 'a.c#L12', 'a.c (12)', 'a.c: (12)', 'a.c[12]', 'a.c [12]', 'a.c, line 12', 'a.c: line 12'],
      ...['a.c on line 12', 'a.c line 12', 'a.c at line 12', '"a.c", line 12', '"a.c":line 12', '"a.c" on line 12'],
      ...["'a.c', line 12", 'a.c, lines 12-14'],
    ].map((text): Shape => [`VS Code's terminal, ${text}`, text, `${text.replace(/^["']/, '')}@a.c:12`]),
    ...[
      ...['a.c:12.3', 'a.c:12:3-9', 'a.c:12:3-14.9', 'a.c#12:3', 'a.c (12, 3)', 'a.c(12:3)', 'a.c [12,3]', 'a.c 12:3'],
      ...['"a.c", line 12, column 3', 'a.c line 12 column 3', 'a.c: line 12, col 3', 'a.c, line 12, characters 3-9'],
    ].map((text): Shape => [`VS Code's terminal, ${text}`, text, `${text.replace(/^"/, '')}@a.c:12:3`]),
    ['a whole file', 'src/a.ts:0:0: bad encoding', 'src/a.ts:0:0@src/a.ts:1'],
    ['a line 0 elsewhere', 'a.ts (0) took 0:12, b.ts 0:12'],
    ['a bundler, with a query', 'at webpack:///./src/a.ts?1234:3:4', 'webpack:///./src/a.ts?1234:3:4@src/a.ts:3:4'],
    ['vite, with a query', 'src/a.vue?vue&type=script:3:4: x', 'src/a.vue?vue&type=script:3:4@src/a.vue:3:4'],
    ['a question', 'is it?12:3'],
    ['a range of GitLab', 'src/a.ts#L3-L9 and b.ts#L4', 'src/a.ts#L3-L9@src/a.ts:3', 'b.ts#L4@b.ts:4'],
    ['gcc’s quotes', 'In ‘src/a b.c’:3: x, “a.c”, line 4', 'src/a b.c’:3@src/a b.c:3', 'a.c”, line 4@a.c:4'],
    ['the line before the file', 'Unexpected end at line 3 of src/a.ts.', 'src/a.ts@src/a.ts:3'],
    ['line and column before the file', 'x.y: bad, line 3, column 4 in file "src/a.ts"', 'src/a.ts@src/a.ts:3:4'],
    ['two', 'a.c:1 and b.c:2:3', 'a.c:1@a.c:1', 'b.c:2:3@b.c:2:3'],
    ['a URL', 'see https://a.example:8443/x.js:3?y=(z).', 'https://a.example:8443/x.js:3?y=(z)'],
    ['a URL in brackets', '(http://a/b) [http://c/d], "http://e"', 'http://a/b', 'http://c/d', 'http://e'],
  ];
  for (const [what, line, ...places] of shapes) it(`are found: ${what}`, () => assert.deepEqual(found(line), places));

  it('may have an apostrophe in their path, if there is such a file', () =>
    assert.deepEqual(
      locationsIn("src/it's.ts:3: x").map(({ path, longer = [] }) => [path, longer.map((one) => one.path)]),
      [['s.ts', ["src/it's.ts"]]],
    ));

  it('are found in the output of linters that name the file above', () => {
    const lines = [
      ...['/builds/g/p/src/app.ts', '  12:3  error  Unexpected console statement  no-console'],
      ...['  14:10  warning  Missing return type', '', 'src/a.css', '  2:30  ✖  Unexpected unit  unit-no-unknown'],
      ...['', '  7:1  error  of the same', 'took 3 s', '  7:1  error  of the same', '  7:1  is no place'],
    ];
    const places = (at: number, find = locationsOf(lines)) =>
      find(at).map(({ start, end, path = '', line, column }) => [lines[at]?.slice(start, end), path, line, column]);
    const [first, second] = [
      ['12:3', '/builds/g/p/src/app.ts', 12, 3],
      ['14:10', '/builds/g/p/src/app.ts', 14, 10],
    ];
    const style = (place: string, line: number, column: number) => [[place, 'src/a.css', line, column]];
    const expected = [
      ...[[], [first], [second], [], [], style('2:30', 2, 30), [], style('7:1', 7, 1), []],
      ...[style('7:1', 7, 1), []],
    ];
    const find = locationsOf(lines);
    assert.deepEqual(
      lines.map((_, at) => places(at, find)),
      expected,
    );
    assert.deepEqual(
      lines.map((_, at) => places(at)),
      expected,
    );
    assert.deepEqual(locationsOf(['src/main.c:10:5: error: x'])(0), locationsIn('src/main.c:10:5: error: x'));
  });

  it('take little time in endless lists', () => {
    const lines = Array.from({ length: 20_000 }, () => '  1:1  error  x');
    let looked = 0;
    const counted = new Proxy(lines, {
      get: (all, key) => {
        looked += typeof key === 'string' && /^\d+$/.test(key) ? 1 : 0;
        return Reflect.get(all, key) as unknown;
      },
    });
    const find = locationsOf(counted);
    for (let at = 0; at < lines.length; at += 1) assert.deepEqual(find(at), []);
    assert.ok(looked < 3 * lines.length, `${looked}`);
  });

  it('exclude text that only looks like a location', () => {
    for (const line of [
      ...['12:30:45', 'localhost:8080', '127.0.0.1:80', 'v1.2.3:4', 'sha256:12', 'a.ts', 'a.ts:0', 'image:1.2', ''],
      ...['step 3: (4)', 'File "<string>", line 1', 'took 3:12', '{"a":1}', 'http://', 'f(12)', ':12', '(12)'],
    ])
      assert.deepEqual(found(line), [], line);
  });

  it('do not overlap, lie within the line, and take little time in any line', () => {
    const parts = fc.constantFrom(
      'a.c',
      ':',
      '1',
      '(',
      ')',
      '[',
      ',',
      ' ',
      'http://',
      '/',
      '"',
      'File "',
      ' line ',
      'in ',
      '.',
      'C:\\',
    );
    fc.assert(
      fc.property(fc.array(parts, { maxLength: 60 }), (some) => {
        const line = some.join('');
        let from = 0;
        for (const { start, end } of locationsIn(line)) {
          assert.ok(start >= from && end > start && end <= line.length);
          from = end;
        }
      }),
      { numRuns: 5000 },
    );
    for (const part of ['a', 'a.', ':1', '(1', 'a.c:1', 'http://', 'x(', 'in ', 'File "'])
      assert.ok(Array.isArray(locationsIn(part.repeat(1_000_000 / part.length))));
  });
});
