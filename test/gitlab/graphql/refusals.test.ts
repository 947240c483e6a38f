import assert from 'node:assert/strict';
import { post } from '../ask';
import { withGitLab } from '../each';
import type { ProfileName, VariantName } from '../profiles/profile';
import { branchMergeRequestAndChild } from '../scenarios';
import type { FakeGitLab } from '../server';
import { graphqlFaults } from './graphqlFaults';

interface Told {
  readonly data?: Readonly<Record<string, unknown>> | null;
  readonly errors?: readonly {
    readonly message: string;
    readonly path?: readonly unknown[];
    readonly extensions?: Readonly<Record<string, unknown>>;
  }[];
}

async function send(fake: FakeGitLab, query: string, variables: object = {}): Promise<Told & { status: number }> {
  const { status, text } = await post(`${fake.url}/api/graphql`, { json: { query, variables } });
  return { status, ...(JSON.parse(text) as Told) };
}

/** Of a query for a project, with 200. */
async function messages(fake: FakeGitLab, query: string, variables: object = {}): Promise<readonly string[]> {
  const { status, errors = [] } = await send(fake, query, variables);
  assert.equal(status, 200);
  return errors.map(({ message }) => message);
}

async function on(profile: ProfileName | VariantName, use: (fake: FakeGitLab) => Promise<void>): Promise<void> {
  await withGitLab({ profile }, async (fake) => {
    branchMergeRequestAndChild(fake.world);
    await use(fake);
  });
}

const inProject = (inner: string): string => `{ project(fullPath: "group/app") { ${inner} } }`;

describe("GraphQL refuses in graphql-ruby's words", () => {
  it('a field, with its position, and from 18 on with suggestions', async () => {
    const query = inProject('pipeline { newest: jobs { nodes { refNam } } }');
    await on('17.2', async (fake) => {
      const { errors } = await send(fake, query);
      assert.equal(errors?.[0]?.message, "Field 'refNam' doesn't exist on type 'CiJob'");
      assert.deepEqual(errors[0].path, ['query', 'project', 'pipeline', 'newest', 'nodes', 'refNam']);
      assert.deepEqual(errors[0].extensions, { code: 'undefinedField', typeName: 'CiJob', fieldName: 'refNam' });
    });
    await on('18.9', async (fake) => {
      const [first = ''] = await messages(fake, query);
      assert.match(
        first,
        /^Field 'refNam' doesn't exist on type 'CiJob' \(Did you mean `refName`(?:, `\w+`)*(?: or `\w+`)?\?\)$/,
      );
    });
  });

  it('an argument by the alias of its field, and the variable that nothing uses anymore', () =>
    on('16.3', async (fake) => {
      const query = (name: string): string =>
        `query ${name}($ids: [ID!]) { project(fullPath: "group/app") { others: pipelines(ids: $ids) { count } } }`;
      const refused = "Field 'others' doesn't accept argument 'ids'";
      assert.deepEqual(await messages(fake, query(''), { ids: [] }), [
        refused,
        'Variable $ids is declared by anonymous query but not used',
      ]);
      assert.deepEqual(await messages(fake, query('Others'), { ids: [] }), [
        refused,
        'Variable $ids is declared by Others but not used',
      ]);
    }));

  it('a variable that is used only below an unknown field, which comes last', () =>
    on('16.3', async (fake) => {
      const query = `query ($n: Int) { project(fullPath: "group/app") { nothing { jobs(first: $n) { count } } noSuch } }`;
      assert.deepEqual(await messages(fake, query), [
        "Field 'nothing' doesn't exist on type 'Project'",
        "Field 'noSuch' doesn't exist on type 'Project'",
        'Variable $n is declared by anonymous query but not used',
      ]);
    }));

  it('a variable with another type, by the innermost argument', () =>
    on('18.9', async (fake) => {
      const list =
        'query ($ids: [CiPipelineID!]!) { project(fullPath: "group/app") { pipelines(ids: $ids) { count } } }';
      assert.deepEqual(await messages(fake, list, { ids: [] }), [
        'Type mismatch on variable $ids and argument ids ([CiPipelineID!]! / [ID!])',
      ]);
      const play = 'mutation ($id: ID!) { jobPlay(input: { id: $id }) { errors } }';
      assert.deepEqual(await messages(fake, play, { id: '1' }), [
        'Type mismatch on variable $id and argument id (ID! / CiProcessableID!)',
      ]);
    }));

  it('other errors in a query', () =>
    on('16.3', async (fake) => {
      const told: Readonly<Record<string, string>> = {
        '{ project { id } }': "Field 'project' is missing required arguments: fullPath",
        '{ project(fullPath: "group/app") }':
          "Field must have selections (field 'project' returns Project but has no selections. Did you mean 'project { ... }'?)",
        [inProject('name { first }')]:
          "Selections can't be made on scalars (field 'name' returns String but has selections [\"first\"])",
        [inProject('pipelines(first: "many") { count }')]:
          "Argument 'first' on Field 'pipelines' has an invalid value (\"many\"). Expected type 'Int'.",
        [inProject('pipelines(status: DONE) { count }')]:
          "Argument 'status' on Field 'pipelines' has an invalid value (DONE). Expected type 'PipelineStatusEnum'.",
        '{ project(fullPath: $path) { id } }': 'Variable $path is used by anonymous query but not declared',
        'query ($path: ID!) { project(fullPath: $path) { id } }':
          'Variable $path of type ID! was provided invalid value',
        'query ($x: NoSuch) { project(fullPath: $x) { id } }': "NoSuch isn't a defined input type (on $x)",
      };
      for (const [query, message] of Object.entries(told)) {
        assert.deepEqual([query, (await messages(fake, query))[0]], [query, message]);
      }
    }));

  it('five errors at a time, counting repeated ones, but all of them on 14.0', async () => {
    const names = ['a', 'b', 'c', 'a', 'd', 'e', 'f'];
    const query = `query ($unused: Int) ${inProject(names.join(' '))}`;
    const refused = names.map((name) => `Field '${name}' doesn't exist on type 'Project'`);
    const companion = 'Variable $unused is declared by anonymous query but not used';
    await on('14.9', async (fake) => assert.deepEqual(await messages(fake, query), refused.slice(0, 5)));
    await on('14.0', async (fake) => assert.deepEqual(await messages(fake, query), [...refused, companion]));
  });

  it('recursive branches', () =>
    on('18.9', async (fake) => {
      const jobs = (inner: string): string => `jobs { nodes { stage { ${inner} } } }`;
      const [message] = await messages(fake, inProject(`pipeline { ${jobs(jobs(jobs('name')))} }`));
      assert.match(message ?? '', /^Recursive query - too many of fields '(jobs|stage)' detected in single branch/);
    }));

  it('a second object for a field that allows one, next to the data', () =>
    on('18.9', async (fake) => {
      const { data, errors } = await send(
        fake,
        '{ a: project(fullPath: "group/app") { jobs(first: 1) { count } } b: project(fullPath: "group/app") { id jobs(first: 1) { count } } }',
      );
      assert.deepEqual(
        errors?.map(({ message }) => message),
        ['"jobs" field can be requested only for 1 Project(s) at a time.'],
      );
      assert.deepEqual(data?.['b'], { id: 'gid://gitlab/Project/1', jobs: null });
    }));

  it('more than 20 ids', () =>
    on('18.9', async (fake) => {
      const ids = Array.from({ length: 21 }, (_, index) => `gid://gitlab/Ci::Pipeline/${index}`);
      const query = 'query ($ids: [ID!]) { project(fullPath: "group/app") { pipelines(ids: $ids) { count } } }';
      assert.equal((await send(fake, query, { ids })).status, 422);
      assert.deepEqual(await messages(fake, query, { ids: ids.slice(1) }), []);
    }));
});

describe('GraphQL that fails', () => {
  const told = {
    databaseTimeout: [503, /^Request timed out\./],
    bug: [500, /^Internal server error$/],
    invalidToken: [401, /^Invalid token$/],
    noAccess: [403, /^API not accessible for user$/],
    tooLarge: [422, /^Query too large$/],
    rateLimited: [429, /too many times/],
    validationTimeout: [200, /^Timeout on validation of query$/],
    tooComplex: [200, /^Query has complexity of 312, which exceeds max complexity of 250$/],
    tooDeep: [200, /^Query has depth of 21, which exceeds max depth of 20$/],
  } as const;

  it('says so by its status and its message, and REST is unaffected', () =>
    on('18.9', async (fake) => {
      for (const [name, [status, message]] of Object.entries(told)) {
        fake.faults = [graphqlFaults[name as keyof typeof told]()];
        const answer = await send(fake, inProject('id'));
        assert.equal(answer.status, status, name);
        assert.match(answer.errors?.[0]?.message ?? '', message);
        const { status: byRest } = await post(`${fake.url}/api/v4/projects/1/pipelines/1001/retry`, { json: {} });
        assert.equal(byRest, 201);
      }
    }));

  it('with a timeout leaves data next to the errors', () =>
    on('18.9', async (fake) => {
      fake.faults = [graphqlFaults.timeout('Pipeline.jobs', 1)];
      const { status, data, errors } = await send(
        fake,
        inProject('pipelines { nodes { iid jobs(first: 1) { nodes { name } } } }'),
      );
      assert.equal(status, 200);
      assert.deepEqual(errors, [
        { message: 'Timeout on Pipeline.jobs', path: ['project', 'pipelines', 'nodes', 1, 'jobs'] },
      ]);
      const { nodes } = (data?.['project'] as { pipelines: { nodes: { iid: string; jobs: unknown }[] } }).pipelines;
      assert.deepEqual(
        nodes.map(({ iid, jobs }) => [iid, jobs === null]),
        [
          ['3', false],
          ['1', true],
        ],
      );
    }));
});

describe('GraphQL finds pipelines', () => {
  const found = async (fake: FakeGitLab, args: string): Promise<unknown> => {
    const { data, errors } = await send(fake, inProject(`pipelines(${args}) { nodes { iid } }`));
    assert.equal(errors, undefined);
    return (data?.['project'] as { pipelines: { nodes: { iid: string }[] } }).pipelines.nodes.map(({ iid }) => iid);
  };
  const one = async (fake: FakeGitLab, args: string): Promise<unknown> => {
    const { data } = await send(fake, inProject(`pipeline(${args}) { iid }`));
    return (data?.['project'] as { pipeline: { iid: string } | null }).pipeline?.iid;
  };

  it('without child pipelines by sha, source before 17.0, or ids, newest first, and not those of a merge by its parts', async () => {
    for (const profile of ['14.9', '15.8', '16.3', '17.2', '18.9'] as const) {
      await withGitLab({ profile }, async (fake) => {
        const { sha, mergeSha } = branchMergeRequestAndChild(fake.world);
        assert.deepEqual(await found(fake, 'first: 10'), ['3', '1']);
        assert.deepEqual(await found(fake, `sha: "${sha}"`), ['1']);
        assert.deepEqual(await found(fake, `sha: "${mergeSha}"`), ['3']);
        const children = profile === '17.2' || profile === '18.9' ? ['2'] : [];
        assert.deepEqual(await found(fake, `sha: "${sha}", source: "parent_pipeline"`), children);
        assert.equal(await one(fake, 'iid: "2"'), '2');
        assert.equal(await one(fake, `sha: "${sha}"`), '1');
      });
    }
    await on('18.9', async (fake) => {
      const ids = [1001, 1002, 1003].map((id) => `"gid://gitlab/Ci::Pipeline/${id}"`).join(', ');
      assert.deepEqual(await found(fake, `ids: [${ids}]`), ['3', '1']);
    });
  });

  it('in another project only for users who can read it', () =>
    on('18.9', async (fake) => {
      const { world } = fake;
      const hidden = world.addProject({
        path: 'other/hidden',
        visibility: 'private',
        defaultBranch: 'main',
        members: {},
      });
      world.addCommit(hidden, { sha: 'f'.repeat(40), title: 'Hide', createdAt: '2026-01-01T00:00:00.000Z' });
      const downstream = world.addPipeline(hidden, { sha: 'f'.repeat(40), ref: 'main', source: 'pipeline' });
      const app = world.findProject('group/app');
      assert.ok(app);
      const pipeline = world.pipeline(1001);
      world.addBuild(app, { sha: pipeline.sha, pipeline, kind: 'bridge', name: 'afar', downstream });
      const { data } = await send(
        fake,
        inProject('pipeline(iid: "1") { job(name: "afar") { id downstreamPipeline { id } } }'),
      );
      const { job } = (data?.['project'] as { pipeline: { job: { downstreamPipeline: unknown } } }).pipeline;
      assert.equal(job.downstreamPipeline, null);
      world.setRole(hidden, 'dana', 'developer');
      const again = await send(
        fake,
        inProject('pipeline(iid: "1") { job(name: "afar") { downstreamPipeline { id } } }'),
      );
      assert.deepEqual(again.data?.['project'], {
        pipeline: { job: { downstreamPipeline: { id: `gid://gitlab/Ci::Pipeline/${downstream.id}` } } },
      });
    }));
});
