import assert from 'node:assert/strict';
import { isAccountOf } from '../../../src/core/credentials/accountOrigin';

const url = 'https://git.example.com/gitlab';

describe("An account from GitLab's extension", () => {
  for (const [id, label, isIt] of [
    ['https://git.example.com|7', 'https://git.example.com (dana)', true],
    ['https://git.example.com/gitlab|7', 'dana', true],
    ['7', 'dana (https://git.example.com)', true],
    ['https://git.example.com:443|7', 'dana', true],
    ['https://GIT.example.com.|7', 'dana', true],
    ['https://git.example.com.evil.example.|7', 'dana', false],
    ['https://gitlab.com|7', 'https://gitlab.com (dana)', false],
    ['http://git.example.com|7', 'dana', false],
    ['https://git.example.com:8443|7', 'dana', false],
    ['https://git.example.com.evil.example|7', 'dana', false],
    ['https://gitlab.com|7', 'https://git.example.com (dana)', false],
    ['7', 'git.example.com', false],
    ['7', 'dana', false],
    ['', '', false],
  ] as const)
    it(`"${id}", "${label}" is ${isIt ? '' : 'not '}one of that server`, () =>
      assert.equal(isAccountOf({ id, label }, url), isIt));
});
