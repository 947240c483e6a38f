import assert from 'node:assert/strict';
import fc from 'fast-check';
import { readJUnit } from '../../../../src/core/artifacts/tests/junit';
import type { FailedTest, TestReport } from '../../../../src/core/artifacts/tests/testReport';
import { testLocations } from '../../../../src/core/artifacts/tests/testLocations';
import * as reports from '../reports';

async function* pieces(content: string | Uint8Array, size = 1000): AsyncGenerator<Uint8Array> {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content;
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function read(content: string | Uint8Array, size?: number): Promise<TestReport> {
  const report = await readJUnit(pieces(content, size));
  assert.ok(report, 'it is no report');
  return report;
}

async function counts(content: string): Promise<readonly number[]> {
  const { tests, failures, skipped } = await read(content);
  return [tests, failures, skipped];
}

/** Name, suite, message, and the first place that it names. */
async function told(content: string, path = 'junit.xml'): Promise<readonly (readonly unknown[])[]> {
  return (await read(content)).failed.map((test) => {
    const [place] = testLocations(test, path);
    return [test.name, test.suite, test.message, place && `${place.path}:${place.line ?? ''}`];
  });
}

function only(report: TestReport): FailedTest {
  const [test] = report.failed;
  assert.ok(test);
  return test;
}

describe('A report from', () => {
  it('pytest, new and old, names file and line', async () => {
    assert.deepEqual(await counts(reports.pytest), [4, 2, 1]);
    assert.deepEqual(await told(reports.pytest), [
      ['test_sum', 'pytest', 'assert 3 == 4', 'tests/test_math.py:12'],
      ['test_db', 'pytest', 'failed on setup with "KeyError: \'db\'"', 'tests/conftest.py:7'],
    ]);
    assert.deepEqual(await told(reports.oldPytest), [['test_sum', 'pytest', 'assert 3 == 4', 'tests/test_math.py:11']]);
  });

  it('Maven names the class, whose file is below the sources of its module', async () => {
    assert.deepEqual(await counts(reports.surefire), [3, 2, 1]);
    assert.deepEqual(
      (await read(reports.surefire)).failed.map(({ kind, name, message }) => [kind, name, message]),
      [
        ['failure', 'adds', 'expected:<4> but was:<3>'],
        ['error', 'divides', '/ by zero'],
      ],
    );
    const test = only(await read(reports.surefire));
    const places = testLocations(test, 'app/target/surefire-reports/TEST-org.example.MathTest.xml');
    const found = places.find(({ path }) => path === 'app/src/test/java/org/example/MathTest.java');
    assert.deepEqual([found?.line, test.classname], [25, 'org.example.MathTest']);
  });

  it('jest names the file in its stack', async () =>
    assert.deepEqual(await told(reports.jest), [
      [
        'sum adds',
        'sum',
        'Error: expect(received).toBe(expected) // Object.is equality',
        '/builds/group/project/src/sum.test.js:5',
      ],
    ]));

  it('rspec names its file, and the line in the trace', async () =>
    assert.deepEqual(await told(reports.rspec), [
      ['User is valid', 'rspec', 'expected true\n     got false', 'spec/models/user_spec.rb:12'],
    ]));

  it('Go names the file, which is in the folder of its package', async () => {
    assert.deepEqual(await told(reports.go), [
      [
        'TestSum',
        'example.com/group/project/math',
        'sum_test.go:9: got 3, want 4',
        'example.com/group/project/math/sum_test.go:9',
      ],
    ]);
    const places = testLocations(only(await read(reports.go)), 'report.xml').map(({ path }) => path);
    const [package_, root] = [places.indexOf('math/sum_test.go'), places.indexOf('sum_test.go')];
    assert.ok(package_ >= 0 && package_ < root, places.join());
  });

  it('PHPUnit names file and line', async () =>
    assert.deepEqual(await told(reports.phpunit), [
      [
        'testSum',
        'Tests\\MathTest',
        'Failed asserting that 3 matches expected 4.',
        '/builds/group/project/tests/MathTest.php:18',
      ],
    ]));

  it('Gradle, mocha and CTest is read', async () => {
    assert.deepEqual(await told(reports.gradle), [
      [
        'adds()',
        'org.example.MathTest',
        'org.opentest4j.AssertionFailedError: expected: <4> but was: <3>',
        'org/example/MathTest.kt:14',
      ],
    ]);
    assert.deepEqual(await told(reports.mocha), [
      ['sum adds', 'sum', 'expected 3 to equal 4', '/builds/group/project/test/sum.js:8'],
    ]);
    assert.deepEqual(await told(reports.ctest), [['math_sum', 'Linux-c++', undefined, 'src/math.cpp:31']]);
    assert.deepEqual(await counts(reports.ctest), [2, 1, 0]);
  });
});

describe('A failed test', () => {
  const failure = async (attributes: string, inside: string, suite = '') =>
    only(await read(`<testsuite ${suite}><testcase ${attributes}>${inside}</testcase></testsuite>`));

  it('has no control sequences and no forbidden characters, however they were written', async () => {
    for (const escape of ['&#27;', '&#x1B;', '\u001b', '\ufffd', '#x1B', '\\x1b', '\\u001b', '&amp;#27;', '&#x241b;']) {
      const red = `${escape}[31mred${escape}[0;1m`;
      const test = await failure(
        `name="${red}" classname="${red}"`,
        `<failure message="went ${red}">${red}\n\ta&#7;b</failure>`,
      );
      assert.deepEqual([test.name, test.classname, test.message, test.text], ['red', 'red', 'went red', 'red\n\tab']);
    }
  });

  it('in a report with forbidden characters is not called damaged, wherever the report is cut', async () => {
    const content =
      '<testsuite><testcase name="a&#0;b&#x1F;&amp;c&#xFFFF;"><failure>&#27;[31m&#55296;x</failure></testcase></testsuite>';
    for (const size of [1, 3, 7, 1000]) {
      const report = await read(content, size);
      assert.equal(report.damaged, false);
      assert.deepEqual([only(report).name, only(report).text], ['ab&c', 'x']);
    }
  });

  it('has as its message the first line with new information', async () => {
    for (const [name, inside, message] of [
      [
        'TestSum',
        '<failure message="Failed">=== RUN   TestSum\n    sum_test.go:9: got 3\n--- FAIL: TestSum</failure>',
        'sum_test.go:9: got 3',
      ],
      ['tests.test_db', '<error message="collection failure">ImportError: no db</error>', 'ImportError: no db'],
      ['adds', '<failure message="adds">sum › adds\n\nexpected 4</failure>', 'expected 4'],
      ['adds', '<failure message="failed">sum adds</failure>', 'failed'],
      ['adds', '<failure message="&#10;expected 4&#10;got 3"/>', 'expected 4\ngot 3'],
      ['adds', '<failure type="AssertionError"/>', 'AssertionError'],
      ['adds', '<failure message="">===\n3 != 4</failure>', '==='],
    ] as const)
      assert.equal((await failure(`name="${name}" classname="sum"`, inside)).message, message);
  });

  it('is located in the file that class, name or suite stand for, as path or dotted name', async () => {
    const places = async (attributes: string, text = '', suite = '') =>
      testLocations(await failure(attributes, `<failure>${text}</failure>`, suite), 'junit.xml').map(
        ({ path, line }) => `${path}:${line ?? ''}`,
      );
    assert.equal((await places('name="a" classname="src/sum.test.js"'))[0], 'src/sum.test.js:');
    assert.equal((await places('name="tests/test_a.py::test_b"'))[0], 'tests/test_a.py:');
    assert.equal((await places('name="a"', '', 'name="./web/a b/x.spec.ts"'))[0], undefined);
    assert.equal((await places('name="a"', '', 'name="./web/x.spec.ts"'))[0], 'web/x.spec.ts:');
    assert.ok((await places('name="test_b" classname="tests.test_a.TestB"')).includes('tests/test_a.py:'));
    assert.ok((await places('name="b" classname="spec.models.user_spec"')).includes('spec/models/user_spec.rb:'));
    const java = await places('name="b" classname="org.example.MathTest"');
    assert.ok(java.includes('src/test/java/org/example/MathTest.java:'), java.join());
    // The package's file before the root's of the same name.
    const traced = await places('name="b" classname="app.tests.test_a"', 'tests/test_a.py:12: AssertionError');
    assert.deepEqual(traced.slice(0, 2), ['app/tests/test_a.py:12', 'tests/test_a.py:12']);
  });

  it("is located in the file in the report's folder before the one in the root", async () => {
    const test = await failure('name="a" file="src/a.test.ts"', '<failure/>');
    const places = testLocations(test, 'web/out/junit.xml').map(({ path }) => path);
    assert.deepEqual(places, ['web/out/src/a.test.ts', 'web/src/a.test.ts', 'src/a.test.ts']);
  });

  it('is found through the URLs of bundlers and files', async () => {
    for (const [address, path] of [
      ['webpack://app/./src/a.ts', 'src/a.ts'],
      ['webpack:///./src/a.ts', 'src/a.ts'],
      ['webpack-internal:///(rsc)/./src/a.ts', 'src/a.ts'],
      ['file:///builds/group/project/src/a.ts', '/builds/group/project/src/a.ts'],
      ['file:///C:/work/a.ts', 'C:/work/a.ts'],
    ] as const) {
      const [own] = testLocations(await failure(`name="a" file="${address}"`, '<failure/>'), 'junit.xml');
      assert.equal(own?.path, path);
      // A drive is lost in a log's places.
      if (path.startsWith('C:')) continue;
      const [traced] = testLocations(
        await failure('name="a"', `<failure>    at f (${address}:3:5)</failure>`),
        'junit.xml',
      );
      assert.deepEqual([traced?.path, traced?.line], [path, 3]);
    }
  });
});

describe('Reading a report', () => {
  it('gives the same result however it is cut', async () => {
    for (const whole of Object.values(reports)) {
      const wanted = await read(whole);
      for (const size of [1, 7, 100]) assert.deepEqual(await read(whole, size), wanted);
    }
  });

  it('returns nothing for other XML, for other files and for empty ones', async () => {
    for (const content of ['<coverage><testsuite/></coverage>', '<html>', 'plain', '', '{"a":1}', '\u0000\u0001'])
      assert.equal(await readJUnit(pieces(content)), undefined);
  });

  it('stops at the root of other XML', async () => {
    let asked = 0;
    async function* endless() {
      for (;;) {
        asked += 1;
        yield Buffer.from('<coverage>');
      }
    }
    assert.equal(await readJUnit(endless()), undefined);
    assert.equal(asked, 1);
  });

  it('accepts prefixed names and every usual encoding', async () => {
    const text = '<j:testsuite xmlns:j="x"><j:testcase name="ä"><j:failure message="ö"/></j:testcase></j:testsuite>';
    const inLatin1 = Buffer.from(`<?xml version="1.0" encoding="ISO-8859-1"?>${text}`, 'latin1');
    const inUtf16 = Buffer.from(`\ufeff${text}`, 'utf16le');
    const withoutMark = inUtf16.subarray(2);
    const swapped = Buffer.from(withoutMark).swap16();
    for (const content of [
      text,
      `\ufeff${text}`,
      inLatin1,
      inUtf16,
      withoutMark,
      swapped,
      `<?xml encoding="klingon"?>${text}`,
    ]) {
      const { name, message } = only(await read(content));
      assert.deepEqual([name, message], ['ä', 'ö']);
    }
  });

  it('reads seconds in the format of the language in which they were written', async () => {
    const times = ['1,234.5', '1.234,5', '0,25', '12', '1.5e-3', 'soon', '-1'];
    const tests = times.map((time) => `<testcase name="a" time="${time}"><failure/></testcase>`);
    const { failed } = await read(`<testsuite>${tests.join('')}</testsuite>`);
    assert.deepEqual(
      failed.map(({ seconds }) => seconds),
      [1234.5, 1234.5, 0.25, 12, 0.0015, undefined, undefined],
    );
  });

  it('counts no test as passed that did not run', async () => {
    const disabled = '<testsuite><testcase name="a" status="notrun"/><testcase name="b" status="run"/></testsuite>';
    assert.deepEqual(await counts(disabled), [2, 0, 1]);
  });

  it('counts a test once, whatever it contains', async () => {
    const twice =
      '<testsuite><testcase name="a"><failure/><error/><skipped/></testcase><testcase name="b"/></testsuite>';
    assert.deepEqual(await counts(twice), [2, 1, 0]);
  });

  it('does not count a test as failed if it passed in the end', async () => {
    const flaky = '<testsuite><testcase name="a"><flakyFailure message="x"/><rerunFailure/></testcase></testsuite>';
    assert.deepEqual(await counts(flaky), [1, 0, 0]);
  });
});

describe('A hostile report', () => {
  const failing = '<testcase name="a"><failure message="m">t</failure></testcase>';

  it('that breaks off returns what was read, and says so', async () => {
    const whole = `<testsuites><testsuite name="s">${failing}${failing}</testsuite></testsuites>`;
    assert.equal((await read(whole)).damaged, false);
    const cut = await read(whole.slice(0, whole.lastIndexOf('</failure>')));
    assert.deepEqual([cut.damaged, cut.failures, cut.failed.at(-1)?.text], [true, 2, 't']);
  });

  it('that is not well-formed returns what there is, and says so', async () => {
    const report = await read(`<testsuite>${failing}</b><br>&nbsp;<testcase name="c"><error/></testcase></testsuite>`);
    assert.deepEqual([report.damaged, report.failed.map(({ name }) => name)], [true, ['a', 'c']]);
  });

  it('tells a suite that failed by itself as a failed test of its name', async () => {
    const broken = '<error message="no database" type="E">at src/db.ts:7:1</error>';
    const content = `<testsuites><testsuite name="db" tests="0">${broken}<system-err>x</system-err><testcase name="a"/></testsuite></testsuites>`;
    assert.deepEqual(await counts(content), [2, 1, 0]);
    assert.deepEqual(await told(content), [['db', 'db', 'no database', 'src/db.ts:7']]);
    assert.deepEqual(await counts('<testsuite name="x"><testcase name="a"/><failure message="m"/></testsuite>'), [
      ...[2, 1, 0],
    ]);
    assert.deepEqual(await told('<testsuites><failure>all broke</failure></testsuites>'), [
      ['', undefined, 'all broke', undefined],
    ]);
    // In a test, and within its properties, a failure is the test's own.
    assert.deepEqual(
      await counts(
        '<testsuite name="x"><testcase name="a"><failure>m</failure><failure>n</failure></testcase></testsuite>',
      ),
      [1, 1, 0],
    );
  });

  it('has the message in the error output where it is nowhere else', async () => {
    const failed = (rest: string) => `<testsuite><testcase name="a"><failure/>${rest}</testcase></testsuite>`;
    const test = only(await read(failed('<system-err>ValueError: no such\n  at src/a.py:3</system-err>')));
    assert.deepEqual([test.message, test.text], ['ValueError: no such', 'ValueError: no such\n  at src/a.py:3']);
    const both = only(await read(failed('<system-out>said</system-out><system-err>E: wrong</system-err>')));
    assert.deepEqual([both.message, both.text], ['E: wrong', 'said']);
    const own =
      '<testsuite><testcase name="a"><failure>own</failure><system-err>err</system-err></testcase></testsuite>';
    assert.deepEqual(await told(own), [['a', undefined, 'own', undefined]]);
  });

  it('may be a single test', async () => {
    const content = '<testcase name="a" classname="C" file="src/a.js" line="3"><failure message="m"/></testcase>';
    assert.deepEqual(await counts(content), [1, 1, 0]);
    assert.deepEqual(await told(content), [['a', undefined, 'm', 'src/a.js:3']]);
  });

  it('may be several documents in one file', async () => {
    const one = (name: string) =>
      `<?xml version="1.0" encoding="UTF-8"?>\n<testsuite name="${name}"><testcase name="t"><failure message="m"/></testcase></testsuite>`;
    for (const between of ['', '\n', '\r\n\n', '\ufeff', '<!-- next -->']) {
      const report = await read(`${one('a')}${between}${one('b')}\n`);
      assert.deepEqual(
        [report.tests, report.failed.map(({ suite }) => suite), report.damaged],
        [2, ['a', 'b'], false],
        between,
      );
    }
  });

  it('may have namespaces, and names in another case', async () => {
    const expected = [['t', 's', 'm', 'src/a.js:3']];
    for (const content of [
      '<j:testsuite xmlns:j="urn:j" name="s"><j:testcase name="t" file="src/a.js" line="3"><j:failure message="m"/></j:testcase></j:testsuite>',
      '<j:testsuite xmlns:j="urn:j" j:name="s"><j:testcase j:name="t" j:file="src/a.js" j:line="3"><j:failure j:message="m"/></j:testcase></j:testsuite>',
      '<testsuite xmlns="urn:j" name="s"><testcase name="t" file="src/a.js" line="3"><failure message="m" xml:type="x"/></testcase></testsuite>',
      '<TestSuite Name="s"><TestCase Name="t" File="src/a.js" Line="3"><Failure Message="m"/></TestCase></TestSuite>',
      '<TESTSUITES><TESTSUITE NAME="s"><TESTCASE NAME="t" FILE="src/a.js" LINE="3"><FAILURE MESSAGE="m"/></TESTCASE></TESTSUITE></TESTSUITES>',
      '<testsuite name="s" x:name="no"><testcase x:name="no" name="t" file="src/a.js" line="3"><failure message="m" x:message="no"/></testcase></testsuite>',
    ]) {
      assert.deepEqual(await told(content), expected, content);
      assert.equal((await read(content)).damaged, false);
    }
    assert.equal(
      only(await read('<testsuite><testcase className="a.B"><error/></testcase></testsuite>')).classname,
      'a.B',
    );
  });

  it('cannot have its own entities expanded', async () => {
    const laughs = Array.from({ length: 9 }, (_, n) => `<!ENTITY l${n + 1} "${`&l${n};`.repeat(10)}">`).join('');
    const doctype = `<!DOCTYPE x [<!ENTITY l0 "ha">${laughs}<!ENTITY file SYSTEM "file:///etc/passwd">]>`;
    const content = `<?xml version="1.0"?>${doctype}<testsuite><testcase name="&file;"><failure>&l9;</failure></testcase></testsuite>`;
    const { name, text } = only(await read(content));
    assert.deepEqual([name, text], ['&file;', '&l9;']);
  });

  it('is cut off if it is too deep', async () => {
    const report = await read(`<testsuite>${failing}${'<testsuite>'.repeat(100_000)}`);
    assert.deepEqual([report.damaged, report.failures], [true, 1]);
  });

  it('is cut off if it is too long', async () => {
    let asked = 0;
    async function* endless() {
      yield Buffer.from('<testsuite>');
      for (;;) {
        asked += 1;
        yield Buffer.from(failing.repeat(10_000));
      }
    }
    const report = await readJUnit(endless(), 5_000_000);
    assert.equal(report?.damaged, true);
    assert.equal(report.failed.length, 1000);
    assert.ok(report.failures > 1000 && asked < 20);
  });

  it('with endless texts and names has them cut', async () => {
    const long = 'x'.repeat(3_000_000);
    const test = only(
      await read(
        `<testsuite><testcase name="${long}"><failure message="${long}">${long}</failure></testcase></testsuite>`,
      ),
    );
    assert.deepEqual([test.name.length, test.message?.length, test.text?.length], [1000, 2000, 8000]);
  });

  it('names no location that is not in it, and no more than can be looked for', async () => {
    const trace = Array.from({ length: 5000 }, (_, n) => `at a.b.C.d(C${n}.java:3)`).join('\n');
    const report = await read(
      `<testsuite><testcase name="a" classname="a.b.C"><failure>${trace}</failure></testcase></testsuite>`,
    );
    assert.equal(testLocations(only(report), 'a/b/c/d/e/f/g.xml').length, 80);
  });

  it('with any bytes never throws', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.oneof(
            fc.constantFrom(failing, '<testsuite>', '</testsuite>', '<![CDATA[', ']]>', '<', '&', '"'),
            fc.string(),
          ),
        ),
        fc.integer({ min: 1, max: 50 }),
        async (parts, size) => {
          const report = await readJUnit(pieces(`<testsuite>${parts.join('')}`, size));
          if (report !== undefined)
            assert.ok(report.tests >= report.failures && report.failures >= report.failed.length);
        },
      ),
    ));

  it("that can't be read to its end says why", async () => {
    async function* broken() {
      yield Buffer.from('<testsuite>');
      throw new Error('reset');
    }
    await assert.rejects(readJUnit(broken()), { message: 'reset' });
  });
});
