import assert from 'node:assert/strict';
import { buildASTSchema, parse, TypeInfo, visit, visitWithTypeInfo } from 'graphql';
import { flatten } from '../../../../src/core/model/arrange';
import { GitLabClient } from '../../../../src/core/gitlab/client';
import { systemClock } from '../../../../src/core/util/timer';
import { badGateway, brokenJson, type Fault, htmlPage, serverError, signInRedirect } from '../../../gitlab/faults';
import { graphqlFaults } from '../../../gitlab/graphql/graphqlFaults';
import { documentOf } from '../../../gitlab/graphql/schema';
import type { Pipeline } from '../../../gitlab/model';
import { everyPipeline, type EveryPipeline } from '../../../gitlab/scenarios';
import { developerToken } from '../../../gitlab/seed';
import { type FakeGitLab, type FakeOptions, startGitLab } from '../../../gitlab/server';
import { failureOf, httpWith, Journal, unhurried } from '../../support';
import { idsOf, isGraphql } from '../branch';

interface Sent {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** A GitLab with one commit that has every kind of pipeline, and a client whose time passes when the test says so. */
class Scene {
  readonly sent: Sent[] = [];
  now = Date.UTC(2026, 0, 1);
  readonly client: GitLabClient;

  constructor(
    readonly fake: FakeGitLab,
    readonly made: EveryPipeline = everyPipeline(fake.world),
  ) {
    const log = new Journal();
    const instance = { url: fake.url, hosts: [], apiVersion: 'auto' } as const;
    const clock = { ...systemClock, now: () => this.now };
    this.client = new GitLabClient(instance, httpWith({ log }), async () => developerToken, log, clock);
    this.fail();
  }

  /** From now on; the queries are written down all the same. */
  fail(...faults: readonly Fault[]): void {
    const note: Fault = {
      when: (request) => {
        if (isGraphql(request)) this.sent.push(JSON.parse(request.body) as Sent);
        return false;
      },
    };
    this.fake.faults = [note, ...faults];
  }

  list() {
    const { project, sha, ref } = this.made;
    return this.client.listing(project.path, { sha, ref }, unhurried());
  }

  /** All builds of all pipelines of the commit, and no others. */
  async assertWhole(): Promise<void> {
    const { branch, child, nested, merge, mergeChild, mergeNested, detached, tag, broken } = this.made;
    const wanted = [branch, child, nested, merge, mergeChild, mergeNested, detached, tag, broken];
    const { builds, pipelines } = await this.list();
    const inPipeline = (each: Pipeline) => this.fake.world.inPipeline(each);
    assert.deepEqual(sorted(idsOf(pipelines)), sorted(idsOf(wanted)));
    assert.deepEqual(sorted(idsOf(flatten(builds))), sorted(idsOf(wanted.flatMap(inPipeline))));
  }

  /** Queries that one listing takes. */
  async queriesOf(work: () => Promise<unknown> = () => this.assertWhole()): Promise<readonly Sent[]> {
    const since = this.sent.length;
    await work();
    return this.sent.slice(since);
  }
}

function sorted(ids: readonly number[]): readonly number[] {
  return ids.toSorted((a, b) => a - b);
}

async function on(options: FakeOptions, use: (scene: Scene) => Promise<void>): Promise<void> {
  const fake = await startGitLab({ root: '/gitlab', ...options });
  try {
    await use(new Scene(fake));
  } finally {
    await fake.close();
  }
}

/** Fields and arguments that these queries ask for: `CiJob.tags`, `Project.pipelines(sha)`. */
function placesIn(sent: readonly Sent[]): readonly string[] {
  const info = new TypeInfo(buildASTSchema(documentOf('18.9'), { assumeValidSDL: true }));
  const places = new Set<string>();
  for (const { query } of sent) {
    visit(
      parse(query),
      visitWithTypeInfo(info, {
        Field: (node) => {
          const place = `${info.getParentType()?.name ?? ''}.${node.name.value}`;
          places.add(place);
          for (const { name } of node.arguments ?? []) places.add(`${place}(${name.value})`);
        },
      }),
    );
  }
  return [...places];
}

/** Every GitLab has these. */
const always = ['Query.project', 'Query.project(fullPath)', 'Project.pipelines', 'Pipeline.id', 'Pipeline.iid'];

describe('A refusal by GraphQL', () => {
  it('of any one field or argument leaves no build out', () =>
    on({ profile: '18.9' }, async (scene) => {
      const sent = await scene.queriesOf();
      const places = placesIn(sent).filter((place) => !always.includes(place));
      assert.ok(places.length > 30, places.join(' '));
      const missing: string[] = [];
      for (const place of places) {
        await on({ profile: '18.9', graphqlLacks: [place] }, async (lacking) => {
          await lacking.assertWhole().catch((error: unknown) => missing.push(`${place}: ${String(error)}`));
          await lacking.assertWhole().catch((error: unknown) => missing.push(`${place} again: ${String(error)}`));
        });
      }
      assert.deepEqual(missing, []);
    })).timeout(60_000);

  it('of many fields, reported five at a time, makes the client leave them out, and GraphQL stays in use', async () => {
    const lacks = ['tags', 'coverage', 'scheduledAt', 'canPlayJob', 'retryable', 'createdByTag', 'runner'];
    await on({ profile: '18.9', graphqlLacks: lacks.map((field) => `CiJob.${field}`) }, async (scene) => {
      await scene.assertWhole();
      assert.equal(scene.client.usesGraphql, true);
      const again = await scene.queriesOf();
      assert.ok(again.length > 0);
      for (const { query } of again) assert.doesNotMatch(query, /\b(tags|canPlayJob|createdByTag)\b/);
    });
  });

  const byRest: Readonly<Record<string, Fault>> = {
    'a user who may not use the API (403)': graphqlFaults.noAccess(),
    'a query that is too long (422)': graphqlFaults.tooLarge(),
    'a query that is too complex': graphqlFaults.tooComplex(),
    'a query that is too deep': graphqlFaults.tooDeep(),
  };
  for (const [what, fault] of Object.entries(byRest)) {
    it(`of ${what} makes REST list everything`, () =>
      on({ profile: '18.9' }, async (scene) => {
        scene.fail(fault);
        await scene.assertWhole();
        await scene.assertWhole();
      }));
  }

  it('of a token lets REST say what is wrong with it', () =>
    on({ profile: '18.9' }, async (scene) => {
      scene.fail(graphqlFaults.invalidToken());
      await scene.assertWhole();
      assert.equal(scene.client.usesGraphql, true);
    }));

  it('of too many requests is reported, and REST is not used in its place', () =>
    on({ profile: '18.9' }, async (scene) => {
      await scene.list();
      scene.fail(graphqlFaults.rateLimited());
      const since = scene.fake.requests.length;
      assert.equal((await failureOf(scene.list())).kind, 'rateLimited');
      assert.ok(scene.fake.requests.slice(since).every(isGraphql));
      assert.equal(scene.client.usesGraphql, true);
    }));
});

describe('GraphQL under load', () => {
  const passing: Readonly<Record<string, Fault>> = {
    'no time for the jobs of any pipeline, reported with status 200': graphqlFaults.timeout('Pipeline.jobs'),
    'time for the jobs of one pipeline, reported with status 200': graphqlFaults.timeout('Pipeline.jobs', 1),
    'no time for some artifacts, reported with status 200': graphqlFaults.timeout('CiJob.artifacts', 3),
    'no time to validate, reported with status 200': graphqlFaults.validationTimeout(),
    'a database that took too long (503)': graphqlFaults.databaseTimeout(),
    'an error of its own (500)': graphqlFaults.bug(),
    'a failing gateway (502)': { ...badGateway(), when: isGraphql },
    'an HTML page': { ...htmlPage(), when: isGraphql },
    'damaged JSON': { ...brokenJson(), when: isGraphql },
    'a redirect to the sign-in page': { ...signInRedirect('http://127.0.0.1/gitlab'), when: isGraphql },
  };
  for (const [what, fault] of Object.entries(passing)) {
    it(`has ${what}, but all builds are listed, and it is tried again after minutes`, () =>
      on({ profile: '18.9' }, async (scene) => {
        scene.fail(fault);
        await scene.assertWhole();
        scene.fail();
        scene.now += 15 * 60_000;
        const queries = await scene.queriesOf();
        assert.ok(queries.length > 0);
        assert.equal(scene.client.usesGraphql, true);
        const paths = scene.fake.requests.slice(-queries.length).map(({ path }) => path);
        assert.ok(
          paths.every((path) => isGraphql({ path })),
          paths.join(' '),
        );
      }));
  }

  it('after a 503 is asked for less, and not for the same thing three times', () =>
    on({ profile: '18.9' }, async (scene) => {
      scene.fail(graphqlFaults.databaseTimeout());
      const queries = await scene.queriesOf();
      const counts = new Map<string, number>();
      for (const each of queries) {
        const key = JSON.stringify(each);
        counts.set(key, (counts.get(key) ?? 0) + 1);
      }
      assert.ok(Math.max(...counts.values()) < 3);
      assert.ok(counts.size > 1, 'nothing smaller was asked for');
    }));

  it('without enough time returns everything in smaller pages', () =>
    on({ profile: '18.9' }, async (scene) => {
      const isLarge: Fault['when'] = (request) => isGraphql(request) && /jobs\(first: 100\b/.test(request.body);
      scene.fail({ ...graphqlFaults.databaseTimeout(), when: isLarge });
      await scene.assertWhole();
      assert.equal(scene.client.usesGraphql, true);
    }));
});

describe('A REST request that belongs to a listing by GraphQL', () => {
  const headers = { 'Content-Type': 'application/json' };
  const faults: Readonly<Record<string, Fault>> = {
    'a 500': serverError(),
    'a 502': badGateway(),
    'a 400': { answer: { status: 400, headers, body: '{"error":"sha is invalid"}' } },
    'a 404 of the project': { answer: { status: 404, headers, body: '{"message":"404 Project Not Found"}' } },
    'an HTML page': htmlPage(),
    'damaged JSON': brokenJson(),
    'a list': { answer: { status: 200, headers, body: '[]' } },
    'a reset connection': { reset: 'beforeHeaders' },
  };
  const subjects = [
    ['the parents of a merge', /\/repository\/commits\/\w+$/, '18.9'],
    ['the parents of a merge', /\/repository\/commits\/\w+$/, '14.9'],
    ['a configuration error', /\/pipelines\/\d+$/, '14.9'],
  ] as const;
  for (const [subject, path, profile] of subjects)
    for (const [what, fault] of Object.entries(faults))
      it(`for ${subject} says nothing about GraphQL if it gets ${what}, on ${profile}`, () =>
        on({ profile }, async (scene) => {
          let count = 0;
          const isMeant = (url: string) => path.test(url.replace(/\?.*/, ''));
          scene.fail({ ...fault, when: (request) => isMeant(request.path) && ++count > 0 });
          await scene.list().catch(() => undefined);
          assert.ok(count > 0);
          assert.equal(scene.client.usesGraphql, true);
          scene.fail();
          assert.ok((await scene.queriesOf()).length > 0);
        }));
});

describe('One query of a listing', () => {
  const json = { 'Content-Type': 'application/json' };
  const whole = (body: unknown): Fault => ({ answer: { status: 200, headers: json, body: JSON.stringify(body) } });
  const told = (...messages: readonly string[]): Fault => whole({ errors: messages.map((message) => ({ message })) });
  const faults: Readonly<Record<string, Fault>> = {
    'is reset': { reset: 'beforeHeaders' },
    'is reset during its response': { reset: 'midBody' },
    'breaks off': { truncate: 40 },
    'gets an HTML page': htmlPage(),
    'gets damaged JSON': brokenJson(),
    'gets an empty response': { answer: { status: 200, headers: json, body: '' } },
    'gets a 502': badGateway(),
    'gets a 503': graphqlFaults.databaseTimeout(),
    'takes too long': told('Timeout on CiJob.detailedStatus'),
    'takes too long to be read': told('Timeout on validation of query'),
    'is refused a field': told("Field 'coverage' doesn't exist on type 'CiJob' (Did you mean `createdAt`?)"),
    'is refused five fields': told(
      ...['tags', 'tags', 'coverage', 'scheduledAt'].map((name) => `Field '${name}' doesn't exist on type 'CiJob'`),
      'Variable $branches is declared by anonymous query but not used',
    ),
    'gets null': whole({ data: null }),
    'gets null and an error': whole({ data: null, errors: [{ message: 'Internal server error' }] }),
    'gets no project and an error': whole({ data: { project: null }, errors: [{ message: 'Upgrade in progress' }] }),
    'gets an error without a message': whole({ data: null, errors: [{ code: 7 }] }),
    'gets an empty project': whole({ data: { project: {} } }),
    'gets all its data and an error': {
      change: (body) => body.replace(/^{/, '{"errors":[{"message":"Cannot return null for non-nullable field"}],'),
    },
    'gets numbers in place of ids': { change: (body) => body.replaceAll(/"gid:[^"]*\/(\d+)"/g, '$1') },
    'gets ids without a number': { change: (body) => body.replaceAll(/"(gid:[^"]*\/)\d+"/g, '"$1x"') },
    'gets null in place of ids': { change: (body) => body.replaceAll(/"gid:[^"]*"/g, 'null') },
    'gets null in place of statuses': { change: (body) => body.replaceAll(/"status":"\w+"/g, '"status":null') },
    'gets lists by another name': { change: (body) => body.replaceAll('"nodes":', '"edges":') },
  };
  for (const profile of ['14.9', '16.3', '18.9'] as const)
    for (const [what, fault] of Object.entries(faults))
      it(`that ${what} costs no build, whichever it is, on ${profile}`, () =>
        on({ profile }, async (scene) => {
          const { length } = await scene.queriesOf();
          for (let nth = 1; nth <= length; nth += 1) {
            let count = 0;
            const when: Fault['when'] = (request) => isGraphql(request) && ++count >= nth && count < nth + 3;
            const other = new Scene(scene.fake, scene.made);
            other.fail({ ...fault, when });
            await other.assertWhole();
            await other.assertWhole();
            assert.ok(count >= nth);
          }
        }));
});

describe('Bridges that are no longer listed as such', () => {
  const headers = { 'Content-Type': 'application/json' };
  const missing: Fault = {
    when: ({ path }) => path.includes('/bridges'),
    answer: { status: 404, headers, body: '{"error":"404 Not Found"}' },
  };

  it('are requested as trigger jobs, from then on immediately', () =>
    on({ profile: '19.2' }, async (scene) => {
      const refused: string[] = [];
      const isMissing: Fault['when'] = (request) => missing.when?.(request) === true && refused.push(request.path) > 0;
      scene.fail(graphqlFaults.tooLarge(), { ...missing, when: isMissing });
      await scene.assertWhole();
      assert.ok(refused.length > 0);
      refused.length = 0;
      await scene.assertWhole();
      assert.deepEqual(refused, []);
    }));

  it('are not considered absent because the response failed once', () =>
    on({ profile: '18.9' }, async (scene) => {
      scene.fail(graphqlFaults.tooLarge(), missing);
      await scene.list();
      scene.fail(graphqlFaults.tooLarge());
      await scene.assertWhole();
    }));
});
