import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import {
  type DefinitionNode,
  type DocumentNode,
  type FieldDefinitionNode,
  type InputValueDefinitionNode,
  Kind,
  parse,
  print,
} from 'graphql';
import { documentOf } from './schema';

const folder = resolve(process.cwd(), '..', 'shared', 'gitlab-data', 'graphql');
const releases = ['14.0', '14.9', '15.3', '15.7', '15.8', '16.2', '16.3', '17.2'] as const;

/** `Pipeline.jobs` → its type; `Pipeline.jobs(retried)` → the argument's; `PipelineStatusEnum.SUCCESS` → ``. */
type Members = ReadonlyMap<string, string>;

function membersOf({ definitions }: DocumentNode): Members {
  return new Map(definitions.flatMap(ofDefinition));
}

function ofDefinition(definition: DefinitionNode): readonly (readonly [string, string])[] {
  switch (definition.kind) {
    case Kind.OBJECT_TYPE_DEFINITION:
      return (definition.fields ?? []).flatMap((field) => ofField(definition.name.value, field));
    case Kind.ENUM_TYPE_DEFINITION:
      return (definition.values ?? []).map(({ name }) => [`${definition.name.value}.${name.value}`, '']);
    default:
      return [];
  }
}

function ofField(type: string, field: FieldDefinitionNode): readonly (readonly [string, string])[] {
  const place = `${type}.${field.name.value}`;
  const ofArgument = ({ name, type: of }: InputValueDefinitionNode) => [`${place}(${name.value})`, print(of)] as const;
  return [[place, print(field.type)], ...(field.arguments ?? []).map(ofArgument)];
}

/** What is shown as `{ id: ID }` there is left out of the files. */
function typesTold({ definitions }: DocumentNode): ReadonlySet<string> {
  return new Set(
    definitions.flatMap((each) => {
      if (each.kind === Kind.ENUM_TYPE_DEFINITION) return [each.name.value];
      if (each.kind !== Kind.OBJECT_TYPE_DEFINITION) return [];
      const [only, ...others] = each.fields ?? [];
      const isStub = others.length === 0 && only?.name.value === 'id' && print(only.type) === 'ID';
      return isStub ? [] : [each.name.value];
    }),
  );
}

/** The schemas of real servers, where they lie next to the checkout. */
describe('The table of types by release', () => {
  it('marks what was added and removed, and when', () => {
    const members = (release: string): Members => membersOf(documentOf(release));
    assert.equal(members('16.3').get('Pipeline.source'), undefined);
    assert.equal(members('17.2').get('Pipeline.source'), 'String');
    assert.equal(members('17.2').get('Project.pipelines(ids)'), undefined);
    assert.equal(members('18.9').get('Project.pipelines(ids)'), '[ID!]');
    assert.deepEqual(
      [members('15.8').get('CiJobArtifact.size'), members('16.2').get('CiJobArtifact.size')],
      ['Int!', 'BigInt!'],
    );
    assert.ok(!members('14.0').has('CiJob.downstreamPipeline'));
  });

  if (!existsSync(folder)) {
    console.log(`    (no ${folder}: not compared with the schemas of real servers)`);
    return;
  }

  for (const release of releases) {
    const real = parse(readFileSync(join(folder, `${release}.graphql`), 'utf8'));
    const theirs = membersOf(real);
    const ours = membersOf(documentOf(release));

    it(`has nothing for ${release} that a real server lacks or has differently`, () => {
      const told = typesTold(real);
      const comparable = [...ours].filter(([place]) => told.has(place.replace(/\..*/, '')));
      assert.ok(comparable.length > 150, String(comparable.length));
      const wrong = comparable.filter(([place, type]) => theirs.get(place) !== type);
      assert.deepEqual(
        wrong.map(([place, type]) => [place, type, theirs.get(place)]),
        [],
      );
    });

    it(`lacks nothing for ${release} that it has for another release`, () => {
      const ever = new Set(['18.9', ...releases].flatMap((each) => [...membersOf(documentOf(each)).keys()]));
      const missing = [...theirs.keys()].filter((place) => ever.has(place) && !ours.has(place));
      assert.deepEqual(missing, []);
    });
  }
});
