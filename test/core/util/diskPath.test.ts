import assert from 'node:assert/strict';
import { pathBelow } from '../../../src/core/util/diskPath';

describe('pathBelow', () => {
  for (const { what, folder, file, path } of [
    { what: 'a file on Linux', folder: '/home/me/app', file: '/home/me/app/src/a.ts', path: 'src/a.ts' },
    { what: 'a file on Linux with a backslash in its name', folder: '/app', file: '/app/a\\b.ts', path: 'a\\b.ts' },
    { what: 'a file on Linux with a colon in its name', folder: '/app', file: '/app/ci:all.yml', path: 'ci:all.yml' },
    { what: 'a file on Linux whose name begins with dots', folder: '/app', file: '/app/..a/b.ts', path: '..a/b.ts' },
    { what: 'a file in the root of Linux', folder: '/', file: '/src/a.ts', path: 'src/a.ts' },
    { what: 'a file on Windows', folder: 'c:\\app', file: 'c:\\app\\src\\a.ts', path: 'src/a.ts' },
    { what: 'a file on Windows with slashes', folder: 'c:\\app', file: 'C:/app/src/a.ts', path: 'src/a.ts' },
    { what: 'a file on Windows in another case', folder: 'c:\\App', file: 'C:\\aPP\\src\\A.ts', path: 'src/A.ts' },
    { what: 'a file in the root of a drive', folder: 'd:\\', file: 'D:\\src\\a.ts', path: 'src/a.ts' },
    { what: 'a file on a share', folder: '\\\\nas\\me\\app', file: '\\\\NAS\\me\\app\\a.ts', path: 'a.ts' },
    { what: 'another folder on Linux', folder: '/home/me/app', file: '/home/me/app2/a.ts', path: undefined },
    { what: 'another case on Linux', folder: '/home/me/app', file: '/home/me/App/a.ts', path: undefined },
    { what: 'a path out of a folder', folder: '/home/me/app', file: '/home/me/app/../a.ts', path: undefined },
    { what: 'another folder on Windows', folder: 'c:\\app', file: 'c:\\app2\\a.ts', path: undefined },
    { what: 'another drive', folder: 'c:\\app', file: 'd:\\app\\a.ts', path: undefined },
    { what: 'another share', folder: '\\\\nas\\me\\app', file: '\\\\nas\\you\\app\\a.ts', path: undefined },
    { what: 'the folder itself', folder: 'c:\\app', file: 'C:\\app\\', path: '' },
  ])
    it(`of ${what} is ${String(path)}`, () => assert.equal(pathBelow(folder, file), path));
});
