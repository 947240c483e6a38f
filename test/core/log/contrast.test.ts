import assert from 'node:assert/strict';
import fc from 'fast-check';
import { contrastRatio, leastContrast, readableOn, textOn, type Hex } from '../../../src/core/log/contrast';

const hex = fc.integer({ min: 0, max: 0xffffff }).map((value): Hex => `#${value.toString(16).padStart(6, '0')}`);

describe('The contrast of colors', () => {
  it("is WCAG's", () => {
    assert.equal(contrastRatio('#000000', '#ffffff'), 21);
    assert.equal(contrastRatio('#336699', '#336699'), 1);
    assert.equal(contrastRatio('#777777', '#ffffff').toFixed(2), '4.48');
    assert.equal(contrastRatio('#ffffff', '#777777').toFixed(2), '4.48');
  });

  it('is sufficient after correction, and readable colors stay as they are', () => {
    fc.assert(
      fc.property(hex, hex, (color, background) => {
        const readable = readableOn(color, background);
        assert.match(readable, /^#[\da-f]{6}$/);
        assert.ok(contrastRatio(readable, background) >= leastContrast, `${readable} on ${background}`);
        if (contrastRatio(color, background) >= leastContrast) assert.equal(readable, color);
      }),
      { numRuns: 2000 },
    );
  });

  it('is corrected no more than needed, toward the end of the scale that is further from the background', () => {
    assert.equal(readableOn('#0000ff', '#272822'), '#8080ff');
    assert.equal(readableOn('#ffff00', '#fdf6e3'), '#747400');
    assert.deepEqual([textOn('#272822'), textOn('#fdf6e3')], ['#ffffff', '#000000']);
  });
});
