import assert from 'node:assert/strict';
import { JsonObject } from '../../../src/core/gitlab/jsonObject';

const wrong = [null, true, -1, -1e308, 1.5, 1e308, '', 'x', '-5', '1e999', 'NaN', [], [[]], {}];

describe('A field of an answer', () => {
  it('is a size if it is a whole number of bytes, also in digits, else 0', () => {
    for (const size of [0, 7, '7', '9007199254740991'])
      assert.equal(new JsonObject({ size }, 'a file').size('size'), Number(size));
    for (const size of [...wrong, undefined])
      assert.equal(new JsonObject({ size }, 'a file').size('size'), 0, JSON.stringify(size));
  });

  it('is an amount if it is a number that is not negative', () => {
    const amount = (value: unknown) => new JsonObject({ value }, 'a row').amount('value');
    for (const value of [0, 1.5, 7]) assert.equal(amount(value), value);
    for (const value of [null, true, '7', -1, NaN, Infinity, {}, undefined]) assert.equal(amount(value), undefined);
  });
});
