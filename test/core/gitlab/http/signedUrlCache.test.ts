import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { expiryOf, SignedUrlCache } from '../../../../src/core/gitlab/http/signedUrlCache';

const now = Date.UTC(2026, 1, 13, 12);
const inMinutes = (minutes: number) => now + minutes * 60_000;
const url = (query: string) => new URL(`https://storage.example.com/bucket/artifacts.zip?${query}`);

describe('The signed URL of a file in an object storage', () => {
  const cases: Readonly<Record<string, number>> = {
    'X-Amz-Date=20260213T115900Z&X-Amz-Expires=600&X-Amz-Signature=x': inMinutes(9),
    'x-amz-expires=60&x-amz-date=20260213T120000Z': inMinutes(1),
    'X-Goog-Algorithm=GOOG4-RSA-SHA256&X-Goog-Date=20260213T120000Z&X-Goog-Expires=300': inMinutes(5),
    [`Expires=${inMinutes(10) / 1000}&Signature=x&Key-Pair-Id=K`]: inMinutes(10),
    'sv=2021-08-06&se=2026-02-13T12%3A15%3A00Z&sig=x': inMinutes(15),
    // Nothing that could be understood: a minute.
    '': inMinutes(1),
    'X-Amz-Expires=600': inMinutes(1),
    'X-Amz-Date=tomorrow&X-Amz-Expires=600': inMinutes(1),
    'X-Amz-Date=20260213T120000Z&X-Amz-Expires=-1': inMinutes(1),
    'Expires=soon': inMinutes(1),
    'se=soon': inMinutes(1),
  };
  for (const [query, expected] of Object.entries(cases)) {
    it(`expires when ${query || 'nothing'} says so`, () => {
      assert.equal(expiryOf(url(query), now), expected);
    });
  }

  it('is kept until shortly before it expires', () => {
    let time = now;
    const place = new SignedUrlCache(() => time).of('a build');
    assert.equal(place.get(), undefined);
    const address = url('se=2026-02-13T12%3A15%3A00Z');
    place.keep(address);
    time = inMinutes(15) - 5001;
    assert.equal(place.get(), address);
    time = inMinutes(15) - 5000;
    assert.equal(place.get(), undefined);
  });

  it('is not kept if it has already expired', () => {
    const place = new SignedUrlCache(() => now).of('a build');
    place.keep(url('se=2026-02-13T11%3A59%3A00Z'));
    assert.equal(place.get(), undefined);
  });

  it('is kept per build, and can be dropped', () => {
    const places = new SignedUrlCache(() => now);
    const [one, other] = [places.of('one'), places.of('other')];
    one.keep(url('se=1'));
    one.keep(url(''));
    assert.equal(other.get(), undefined);
    assert.equal(places.of('one').get(), one.get());
    one.forget();
    assert.equal(one.get(), undefined);
    other.keep(url(''));
    places.clear();
    assert.equal(other.get(), undefined);
  });

  it('is dropped after fifty further builds', () => {
    const places = new SignedUrlCache(() => now);
    for (let build = 0; build <= 50; build += 1) places.of(String(build)).keep(url(''));
    const known = Array.from({ length: 51 }, (_, build) => places.of(String(build)).get() !== undefined);
    assert.deepEqual([known[0], known[1], known[50]], [false, true, true]);
  });

  it('is not revealed by the object that holds it', () => {
    const places = new SignedUrlCache(() => now);
    const place = places.of('a build');
    place.keep(url('sig=S3CR3T'));
    for (const shown of [
      inspect(places, { depth: 9, showHidden: true }),
      inspect(place),
      JSON.stringify([places, place]),
    ])
      assert.doesNotMatch(shown, /S3CR3T/);
  });
});
