import assert from 'node:assert/strict';
import { indexOf } from './support';
import { win32 } from 'node:path';
import fc from 'fast-check';
import { pathsInRepository } from '../../../src/core/log/containerPath';
import { LogFolders } from '../../../src/core/log/logFolders';
import { candidatesOf, decided, isDependency } from '../../../src/core/log/pathLookup';

const where = { root: '/home/me/project', project: 'group/project' };

/** What the path on the last line of a log leads to: a file, or `? ` and those that it may be. */
async function leadsTo(
  path: string,
  tracked: readonly string[],
  log: readonly string[] = [],
  at = log.length - 1,
): Promise<string> {
  const candidates = candidatesOf(path, await indexOf(tracked), where);
  const file = decided(path, candidates, new LogFolders(log).of(at, path), where);
  return file ?? (candidates.length === 0 ? 'nowhere' : `? ${candidates.join(' ')}`);
}

describe('A path in the log of a build that ran on this Windows machine', () => {
  for (const [root, path] of [
    ['c:\\Users\\me\\project', 'C:\\Users\\me\\project\\web\\src\\a.ts'],
    ['c:\\Users\\me\\project', 'c:/users/ME/project/web/src/a.ts'],
    ['d:\\', 'D:\\web\\src\\a.ts'],
    ['\\\\nas\\me\\project', '\\\\nas\\me\\project\\web\\src\\a.ts'],
  ] as const)
    it(`${path} is a file of ${root}`, async () => {
      const tracked = await indexOf(['src/a.ts', 'web/src/a.ts', 'old/web/src/a.ts']);
      assert.deepEqual(candidatesOf(path, tracked, { root, project: 'group/project' }), ['web/src/a.ts']);
      assert.deepEqual(pathsInRepository(path, root, 'group/project'), [win32.join(root, 'web\\src\\a.ts')]);
    });

  it("is a file in the project, too, if its folder is a runner's", () => {
    const found = (path: string) => pathsInRepository(path, 'c:\\project', 'group/project');
    assert.deepEqual(found('C:\\GitLab\\builds\\x1\\0\\group\\project\\src\\a.ts'), ['c:\\project\\src\\a.ts']);
    assert.deepEqual(found('/builds/group/project/src/a.ts'), ['c:\\project\\src\\a.ts']);
    assert.deepEqual(found('src/a.ts'), ['c:\\project\\src\\a.ts']);
  });

  it('never leads out of the repository or to another drive', () => {
    for (const path of ['..\\secret', 'src/../../secret', 'D:\\secret', '\\\\nas\\secret', 'C:\\projects\\a.ts'])
      assert.deepEqual(pathsInRepository(path, 'c:\\project', 'group/project'), [], path);
  });
});

describe('A path in a log', () => {
  const cases: readonly (readonly [what: string, path: string, tracked: readonly string[], expected: string])[] = [
    ['in the project', 'src/a.ts', ['src/a.ts', 'b.ts'], 'src/a.ts'],
    ["that is the end of only one file's path", 'src/a.ts', ['web/src/a.ts', 'web/a.ts'], 'web/src/a.ts'],
    ['in the root with a rival is uncertain', 'src/a.ts', ['src/a.ts', 'web/src/a.ts'], '? src/a.ts web/src/a.ts'],
    ['that shares only a part of its end with a file', 'lib/a.ts', ['src/a.ts'], 'nowhere'],
    ['with only whole names matching', 'a.ts', ['src/ba.ts'], 'nowhere'],
    ['of the runner', '/builds/group/project/src/a.ts', ['src/a.ts', 'web/src/a.ts'], 'src/a.ts'],
    ['of the runner that is not tracked', '/builds/group/project/dist/a.ts', ['a.ts', 'src/a.ts'], 'nowhere'],
    ['of a shell runner', '/home/r/builds/t1/0/group/project/src/a.ts', ['src/a.ts', 'web/src/a.ts'], 'src/a.ts'],
    ['of this disk', '/home/me/project/src/a.ts', ['src/a.ts', 'web/src/a.ts'], 'src/a.ts'],
    ['of a Windows runner', String.raw`C:\builds\group\project\src\a.cs`, ['src/a.cs'], 'src/a.cs'],
    ['of a project that used to have another name', '/builds/group/old/src/a.ts', ['src/a.ts'], 'src/a.ts'],
    ['of a container', '/app/src/a.ts', ['src/a.ts'], 'src/a.ts'],
    ['of a container that has a part of the project', '/app/src/a.ts', ['web/src/a.ts', 'web/a.ts'], 'web/src/a.ts'],
    ['in a container, with the longest match', '/app/web/src/a.ts', ['src/a.ts', 'web/src/a.ts'], 'web/src/a.ts'],
    ['in a container, uncertain', '/app/src/a.ts', ['api/src/a.ts', 'web/src/a.ts'], '? api/src/a.ts web/src/a.ts'],
    ['at the root of a container', '/app/main.py', ['backend/main.py'], 'backend/main.py'],
    ["of Node's image", '/usr/src/app/index.js', ['index.js'], 'index.js'],
    ['in the system', '/usr/lib/python3/case.py', ['tests/case.py'], 'nowhere'],
    ['in the system, twice as long', '/usr/lib/src/a.ts', ['src/a.ts'], 'nowhere'],
    ['of dependencies', '/app/node_modules/x/src/a.ts', ['src/a.ts', 'x/src/a.ts'], 'nowhere'],
    ['in dependencies, by a short name', 'site-packages/a.py', ['a.py'], 'nowhere'],
    ["in Go's modules", '/go/pkg/mod/example.com/x@v1/src/a.go', ['src/a.go'], 'nowhere'],
    ['that exists in dependencies, too', 'src/a.ts', ['src/a.ts', 'vendor/x/src/a.ts'], 'src/a.ts'],
    ['in tracked dependencies', 'vendor/x/a.go', ['vendor/x/a.go'], 'vendor/x/a.go'],
    ['relative to a subfolder', '../src/a.c', ['src/a.c'], 'src/a.c'],
    ['with parent segments', 'web/../src/./a.c', ['src/a.c', 'web/src/b.c'], 'src/a.c'],
    ["after Go's module name", 'example.com/group/project/calc/a.go', ['calc/a.go'], 'calc/a.go'],
    ["after the project's name", 'project/src/a.ts', ['src/a.ts'], 'src/a.ts'],
    ['that leads outside', '../../../etc/passwd', ['src/a.ts'], 'nowhere'],
    [
      'of a Java class',
      'org/example/App.java',
      ['core/src/main/java/org/example/App.java'],
      'core/src/main/java/org/example/App.java',
    ],
    ['by its name only', 'AppTest.java', ['src/test/java/org/AppTest.java'], 'src/test/java/org/AppTest.java'],
  ];
  for (const [what, path, tracked, expected] of cases)
    it(`${what} leads ${expected === 'nowhere' ? 'nowhere' : 'to its file'}`, async () =>
      assert.equal(await leadsTo(path, tracked), expected));

  const two = ['src/index.ts', 'frontend/src/index.ts'];
  const modules = ['web/src/main/java/org/App.java', 'api/src/main/java/org/App.java'];
  const said: readonly (readonly [
    what: string,
    log: readonly string[],
    path: string,
    tracked: readonly string[],
    expected: string,
  ])[] = [
    [
      'a shell that changes its folder',
      ['$ cd frontend && npx tsc', 'x'],
      'src/index.ts',
      two,
      'frontend/src/index.ts',
    ],
    [
      'a shell that has changed its folder',
      ['$ cd frontend', '$ npx tsc', 'x'],
      'src/index.ts',
      two,
      'frontend/src/index.ts',
    ],
    ['a shell that has returned', ['$ cd frontend', '$ cd ..', '$ npx tsc', 'x'], 'src/index.ts', two, 'src/index.ts'],
    ['a shell that went back', ['$ cd frontend', '$ cd -', '$ npx tsc', 'x'], 'src/index.ts', two, 'src/index.ts'],
    ['pushd and popd', ['$ pushd frontend', '$ popd', 'x'], 'src/index.ts', two, 'src/index.ts'],
    [
      "the project folder's variable",
      ['$ cd /tmp', '$ cd "$CI_PROJECT_DIR/frontend"', 'x'],
      'src/index.ts',
      two,
      'frontend/src/index.ts',
    ],
    ['an unknown folder', ['$ cd "$SOMEWHERE"', 'x'], 'src/index.ts', two, `? ${two.join(' ')}`],
    [
      'a subshell that has ended',
      ['$ (cd frontend && npm ci)', '$ npx tsc', 'x'],
      'src/index.ts',
      two,
      `? ${two.join(' ')}`,
    ],
    [
      'a shell trace',
      ['$ cd frontend && npx tsc', '+ cd frontend', '+ npx tsc', 'x'],
      'src/index.ts',
      two,
      'frontend/src/index.ts',
    ],
    [
      'a shell that started anew',
      ['$ cd frontend', 'Running after_script', '$ npx tsc', 'x'],
      'src/index.ts',
      two,
      `? ${two.join(' ')}`,
    ],
    ['npm with a prefix', ['$ npm --prefix frontend run build', 'x'], 'src/index.ts', two, 'frontend/src/index.ts'],
    ['yarn of a workspace', ['$ yarn workspace frontend build', 'x'], 'src/index.ts', two, 'frontend/src/index.ts'],
    ['make -C', ['$ make -s -C src', 'x'], 'main.c', ['main.c', 'src/main.c'], 'src/main.c'],
    [
      'make',
      ['$ make', "make[1]: Entering directory '/builds/group/project/src'", 'x'],
      'main.c',
      ['main.c', 'src/main.c'],
      'src/main.c',
    ],
    [
      'make after leaving a folder',
      ['$ make', "make[1]: Entering directory '/b/src'", "make[1]: Leaving directory '/b/src'", 'x'],
      'main.c',
      ['main.c', 'src/main.c'],
      '? main.c src/main.c',
    ],
    [
      'nested make',
      [
        "make[1]: Entering directory '/builds/group/project/a'",
        "make[2]: Entering directory '/builds/group/project/a/b'",
        "make[2]: Leaving directory '/builds/group/project/a/b'",
        'x',
      ],
      'main.c',
      ['a/main.c', 'a/b/main.c'],
      'a/main.c',
    ],
    ['a path to the parent folder', ['$ cd frontend', 'x'], '../src/index.ts', two, 'src/index.ts'],
    [
      '.NET',
      ['a.cs(1,2): error CS1: x [/builds/group/project/App/App.csproj]'],
      'a.cs',
      ['App/a.cs', 'Lib/a.cs'],
      'App/a.cs',
    ],
    [
      '.NET with a framework',
      ['a.cs(1,2): x [/src/Lib/Lib.csproj::TargetFramework=net8.0]'],
      'a.cs',
      ['App/a.cs', 'Lib/a.cs'],
      'Lib/a.cs',
    ],
    ['Gradle', ['> Task :web:compileJava FAILED', 'x'], 'org/App.java', modules, modules[0] ?? ''],
    [
      'Maven',
      ['[INFO] --- compiler:3.8.1:compile (default-compile) @ api ---', 'x'],
      'org/App.java',
      modules,
      modules[1] ?? '',
    ],
    [
      'Turbo',
      ['frontend:build: src/index.ts(1,2): error TS1: x'],
      'src/index.ts',
      ['frontend/src/index.ts', 'api/src/index.ts'],
      'frontend/src/index.ts',
    ],
    [
      'pnpm',
      ['packages/api build: src/index.ts(1,2): error'],
      'src/index.ts',
      ['packages/web/src/index.ts', 'packages/api/src/index.ts'],
      'packages/api/src/index.ts',
    ],
    [
      'Lerna',
      ['@acme/web: src/index.ts(1,2): error'],
      'src/index.ts',
      ['packages/web/src/index.ts', 'packages/api/src/index.ts'],
      'packages/web/src/index.ts',
    ],
    [
      "npm's workspace",
      ['> web@1.0.0 build', '> tsc', 'x'],
      'src/index.ts',
      ['packages/web/src/index.ts', 'packages/api/src/index.ts'],
      'packages/web/src/index.ts',
    ],
    [
      "pnpm's folder",
      ['> api@1.0.0 build /builds/group/project/packages/api', 'x'],
      'src/index.ts',
      ['packages/web/src/index.ts', 'packages/api/src/index.ts'],
      'packages/api/src/index.ts',
    ],
    [
      'a BuildKit stage',
      ['#12 [web 3/5] RUN npm run build', '#12 3.456 src/index.ts(1,2): x'],
      'src/index.ts',
      ['web/src/index.ts', 'api/src/index.ts'],
      'web/src/index.ts',
    ],
    [
      "a command after another's task",
      ['> web@1.0.0 build', '$ npx tsc', 'x'],
      'src/a.ts',
      ['web/src/a.ts', 'src/a.ts'],
      '? web/src/a.ts src/a.ts',
    ],
    [
      "pytest's root",
      ['rootdir: /builds/group/project/backend, configfile: pytest.ini', 'x'],
      'tests/a.py',
      ['tests/a.py', 'backend/tests/a.py'],
      'backend/tests/a.py',
    ],
  ];
  for (const [what, log, path, tracked, expected] of said)
    it(`that fits several files is decided by ${what}`, async () =>
      assert.equal(await leadsTo(path, tracked, log), expected));

  it('in Go tests is decided by the package that the following lines name', async () => {
    const log = [
      ...[
        '--- FAIL: TestAdd (0.00s)',
        '    calc_test.go:12: got 3',
        'FAIL',
        'FAIL\texample.com/group/project/internal/calc\t0.003s',
      ],
      ...[
        '--- FAIL: TestAdd (0.00s)',
        '    calc_test.go:9: got 4',
        'FAIL',
        'FAIL\texample.com/group/project\t0.003s',
        'FAIL',
      ],
    ];
    const tracked = ['calc_test.go', 'internal/calc/calc_test.go', 'pkg/calc_test.go'];
    assert.equal(await leadsTo('calc_test.go', tracked, log, 1), 'internal/calc/calc_test.go');
    assert.equal(await leadsTo('calc_test.go', tracked, log, 5), 'calc_test.go');
  });

  it('leads to a tracked file or nowhere, and always to the same one', async () => {
    const name = fc.constantFrom('a', 'b', 'src', 'node_modules', 'project', '..', '.', 'x.y', 'a.ts');
    const path = fc.array(name, { minLength: 1, maxLength: 5 }).map((names) => names.join('/'));
    const asked = fc
      .tuple(fc.constantFrom('', '/', 'C:\\', '/builds/group/project/', './'), path)
      .map((parts) => parts.join(''));
    const said = fc.constantFrom(
      '$ cd a',
      '$ cd src && x',
      '$ cd ..',
      '> Task :a:b',
      'a:b: x',
      "make: Entering directory '/b/a'",
      'x',
    );
    const tracked = path.filter((one) => !one.split('/').some((part) => /^\.+$/.test(part)));
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(tracked, { maxLength: 20 }),
        asked,
        fc.array(said, { maxLength: 6 }),
        async (files, wanted, log) => {
          const index = await indexOf(files);
          const found = candidatesOf(wanted, index, where);
          assert.ok(
            found.every((file) => files.includes(file)),
            `${found.join()} of ${files.join()}`,
          );
          const hints = new LogFolders(log).of(log.length - 1, wanted);
          const one = decided(wanted, found, hints, where);
          assert.ok(one === undefined || found.includes(one));
          assert.equal(
            decided(wanted, candidatesOf(wanted, index, where), new LogFolders(log).of(log.length - 1, wanted), where),
            one,
          );
          if (found.length === 1) assert.equal(one, found[0]);
        },
      ),
      { numRuns: 3000 },
    );
  });

  it('in a dependency is recognized by its folders', () => {
    for (const path of ['node_modules/a.js', '/x/site-packages/a.py', String.raw`C:\x\vendor\a.go`])
      assert.ok(isDependency(path));
    for (const path of ['src/a.ts', 'vendors/a.go']) assert.ok(!isDependency(path));
  });
});
