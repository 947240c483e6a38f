import { type Answer, failure, grapeFailure, json, notFound, type Request } from '../answer';
import { serveFile } from '../files';
import type { FakeBuild } from '../model';
import { type BuildCall, buildJson, profileOf, type ProjectCall, text } from './call';
import { listRows } from './lists';

export function download(call: BuildCall): Answer {
  return send(call, call.build);
}

/** The archive of the newest successful pipeline of a branch or tag that has the build. */
export function downloadByRef(call: ProjectCall): Answer {
  const found = buildByRef(call);
  return 'status' in found ? found : send(call, found.build);
}

export function file(call: BuildCall): Answer {
  return sendFile(call.build, text(call.params['path']));
}

export function fileByRef(call: ProjectCall): Answer {
  const found = buildByRef(call);
  return 'status' in found ? found : sendFile(found.build, text(call.params['path']));
}

/** One level of the archive, or all of it. */
export function tree(call: BuildCall): Answer {
  const { build, params } = call;
  if (!build.artifacts) return failure(404, '404 Artifacts Not Found');
  const folder = text(params['path']).replace(/\/*$/, (slashes) => (slashes === '' ? '' : '/'));
  const root = folder === '' || folder.endsWith('/') ? folder : `${folder}/`;
  const isDeep = text(params['recursive']) === 'true';
  const entries = new Map<string, unknown>();
  for (const [path, content] of build.artifacts.files) {
    if (!path.startsWith(root)) continue;
    const parts = path.slice(root.length).split('/');
    for (let depth = 1; depth <= (isDeep ? parts.length : 1); depth++) {
      const name = parts[depth - 1] ?? '';
      const full = root + parts.slice(0, depth).join('/');
      const isFile = depth === parts.length;
      const entry = isFile
        ? { name, path: full, type: 'file', size: content.length, mode: '100644' }
        : { name, path: `${full}/`, type: 'directory' };
      entries.set(entry.path, entry);
    }
  }
  if (root !== '' && entries.size === 0) return failure(404, '404 Path Not Found');
  return listRows(call, [...entries.values()], (rows) => JSON.stringify(rows));
}

export function keep(call: BuildCall): Answer {
  // GitLab writes the Ruby object into the message.
  if (!call.build.artifacts) return failure(404, '404 #<Ci::Build:0x00007f1c5c0e8d48> Not Found');
  return json(200, buildJson(call, call.site.world.update(call.build, { artifactsExpireAtMs: null })));
}

export function remove(call: BuildCall): Answer {
  call.site.world.update(call.build, { artifacts: null, artifactsExpireAtMs: null, reports: [] });
  return { status: 204, headers: {}, body: '' };
}

function buildByRef(call: ProjectCall): Answer | { readonly build: FakeBuild } {
  const { world } = call.site;
  const { job, ref } = call.params;
  if (job === undefined) return grapeFailure(400, 'job is missing');
  const pipelines = world.pipelines(call.project).filter((each) => each.ref === text(ref));
  const succeeded = pipelines.filter((each) => world.pipelineState(each).status === 'success').reverse();
  const builds = succeeded.flatMap((pipeline) => world.inPipeline(pipeline));
  const build = builds.find(({ name, retried, artifacts }) => name === text(job) && !retried && artifacts !== null);
  return build ? { build } : failure(404, '404 Not found');
}

function send(call: ProjectCall, build: FakeBuild): Answer {
  if (!build.artifacts) return notFound;
  const { site, request } = call;
  if (site.storageUrl) return moved(request, site.storageUrl(build));
  return serveFile(build.artifacts, request.headers, {
    'Content-Disposition': disposition[profileOf(call).disposition](build.artifacts.filename),
    'Content-Transfer-Encoding': 'binary',
    'Content-Type': 'application/octet-stream',
  });
}

const disposition = {
  bare: (filename: string) => `attachment; filename=${toHeader(filename)}`,
  quoted: (filename: string) => {
    const ascii = filename.replace(/[^\x20-\x7e]|["\\]/g, '?');
    return `attachment; filename="${ascii}"; filename*=UTF-8''${encodeURIComponent(filename)}`;
  },
};

/** The bytes of its UTF-8 as they are, without what would end the header. */
function toHeader(filename: string): string {
  return Buffer.from(filename)
    .toString('latin1')
    .replace(/\p{Cc}/gu, '');
}

/** Grape's redirect: 302 for a GET, 303 for anything else, HEAD too. */
function moved({ method }: Request, url: string): Answer {
  const body = `This resource has been moved temporarily to ${url}.`;
  return { status: method === 'GET' ? 302 : 303, headers: { 'Content-Type': 'text/plain', Location: url }, body };
}

/** One file of the archive comes through gitlab-workhorse: never redirected, no ranges. */
function sendFile({ artifacts }: FakeBuild, path: string): Answer {
  if (!artifacts) return notFound;
  if (path.split('/').includes('..')) return failure(400, '400 Bad request');
  const content = artifacts.files.get(path);
  if (!content) return { status: 404, headers: { 'Content-Type': 'text/plain' }, body: '404 page not found\n' };
  const name = path.slice(path.lastIndexOf('/') + 1);
  const type = types[name.slice(name.lastIndexOf('.'))] ?? 'application/octet-stream';
  const headers = { 'Content-Type': type, 'Content-Disposition': `attachment; filename="${name}"` };
  return { status: 200, headers, body: content };
}

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
  '.xml': 'text/xml; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
};
