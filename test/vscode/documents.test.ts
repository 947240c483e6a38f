import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { projectRoot } from './project';

interface Manifest {
  readonly contributes: {
    readonly commands: readonly { readonly command: string }[];
    readonly configuration: readonly {
      readonly properties: Readonly<Record<string, { readonly default: unknown }>>;
    }[];
  };
}

const manifest = JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8')) as Manifest;
const documents = ['.', 'docs'].flatMap((folder) =>
  readdirSync(join(projectRoot, folder))
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(projectRoot, folder, name)),
);

function textOf(...path: readonly string[]): string {
  return readFileSync(join(projectRoot, ...path), 'utf8');
}

/** Targets of the links and pictures of a Markdown file that stay within the repository. */
function linksIn(text: string): readonly string[] {
  const prose = text.replace(/^```[^]*?^```/gm, '').replace(/`[^`\n]*`/g, '');
  const targets = [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target ?? '');
  return targets.filter((target) => !/^[a-z]+:/.test(target));
}

/** Anchors as GitLab and GitHub make them of headings. */
function anchorsIn(text: string): readonly string[] {
  const headings = [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading]) => heading ?? '');
  return headings.map((heading) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

describe('The documents', () => {
  for (const document of documents) {
    it(`have no broken link: ${relative(projectRoot, document)}`, () => {
      const text = readFileSync(document, 'utf8');
      for (const link of linksIn(text)) {
        const [path = '', anchor] = link.split('#');
        const target = path === '' ? document : join(dirname(document), path);
        assert.ok(existsSync(target), `${link} leads nowhere`);
        if (anchor === undefined) continue;
        assert.ok(anchorsIn(readFileSync(target, 'utf8')).includes(anchor), `${link} names no heading`);
      }
    });
  }

  it('include a README of at most 8 kB', () => {
    assert.ok(statSync(join(projectRoot, 'README.md')).size <= 8000);
  });

  it('are packaged if the README links to them, except for its pictures, which are on the web', () => {
    const packed = textOf('.vscodeignore')
      .split('\n')
      .filter((line) => line.startsWith('!'))
      .map(
        (line) =>
          new RegExp(
            `^${line
              .slice(1)
              .replaceAll('.', '\\.')
              .replace('**/', '.*')
              .replace(/(?<!\.)\*/g, '[^/]*')}$`,
          ),
      );
    for (const link of linksIn(textOf('README.md').replace(/!\[[^\]]*\]\([^)]*\)/g, ''))) {
      const path = link.replace(/#.*/, '');
      assert.ok(
        packed.some((pattern) => pattern.test(path)),
        `${path} is not packed`,
      );
    }
  });

  it('name every command', () => {
    const text = textOf('docs', 'commands.md');
    for (const { command } of manifest.contributes.commands) {
      const short = `.${command.split('.').at(-1) ?? ''}`;
      const id = command.replace('.row.', '.');
      assert.ok(text.includes(`\`${id}\``) || text.includes(`\`${short}\``), `${command} is not documented`);
    }
  });

  it('name every setting with its default', () => {
    const rows = textOf('docs', 'settings.md').split('\n');
    for (const [name, { default: value }] of manifest.contributes.configuration.flatMap((section) =>
      Object.entries(section.properties),
    )) {
      const shown = typeof value === 'string' && value !== '' ? value : JSON.stringify(value);
      assert.ok(
        rows.some((row) => row.startsWith(`| \`${name}\` | \`${shown}\` |`)),
        `${name} with the default ${shown} is not documented`,
      );
    }
  });
});
