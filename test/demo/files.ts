import type { Scene } from '../gitlab/livingJobs';

/** What lies in the repository of the demo: it speaks of what that GitLab can do. */
export function filesOf(scene: Scene): Readonly<Record<string, string>> {
  return {
    'README.md': readmeOf(scene),
    '.gitlab-ci.yml': configurationOf(scene),
    ...(scene.manyPipelines ? { 'packages/.gitlab-ci.yml': packages } : {}),
    'lib/oven.rb': oven,
    'spec/oven_spec.rb': ovenSpec,
  };
}

function readmeOf(scene: Scene): string {
  return `# Bakery

A small project whose builds keep running. Its GitLab runs on this computer, and nothing leaves it.

The view **GitLab Builds** on the left shows its builds. Try:

${tipsOf(scene)
  .map((tip) => `* ${tip}\n`)
  .join('')}`;
}

function tipsOf({ manual, delayed, manyPipelines }: Scene): readonly string[] {
  const where = (isSo: boolean, ...tips: readonly string[]) => (isSo ? tips : []);
  return [
    '**Hover over a build** for its runner, times and commit; watch the stages go by.',
    '**Right-click a build**: retry, cancel, erase, copy its URL.',
    '**Download the artifacts** of `compile`, and *Reveal* them in the Explorer.',
    '**Click** `integration` once it has failed, as it does the first time: its log opens where it failed, with links into `spec/`.',
    '**Expand** `integration`: the test that failed opens at its line in the repository.',
    '**Expand the artifacts** of `pages`: open the picture, and *Compare with Workspace* the page.',
    '**Retry Failed Builds** on the stage `test` when `integration` has failed.',
    ...where(manual, '**Play** `production` once the stage `deploy` is reached.'),
    ...where(delayed, '**Wait for** `canary`, which starts after half a minute, or play it at once.'),
    ...where(
      manyPipelines,
      '**Expand the pipelines**: the branch has one, its merge request another, and `packages` starts a child.',
      '**Open** `jenkins/acceptance` **in the browser**: another CI system has reported it.',
    ),
    '**Group Builds By…** and **Filter Builds by Status…** in the title of the view.',
    '**Show Another Commit…** in the menu of the view: earlier commits, or the branch `dark-theme`.',
    '**Commit something**: the new commit gets builds of its own.',
  ];
}

function configurationOf({ manual, delayed, manyPipelines }: Scene): string {
  return [configuration, manyPipelines ? bridge : '', delayed ? canary : '', manual ? production : ''].join('');
}

const configuration = `stages: [build, test, deploy]

compile:
  stage: build
  script: make
  artifacts:
    paths: [bin/]

assets:
  stage: build
  script: make assets
  artifacts:
    paths: [app.css]

rspec 1/2: &rspec
  stage: test
  script: bundle exec rspec

rspec 2/2: *rspec

lint:
  stage: test
  script: bundle exec rubocop
  artifacts:
    reports:
      codequality: gl-code-quality-report.json

integration:
  stage: test
  script: bundle exec rake integration
  artifacts:
    when: always
    paths: [report.xml, log/]
    reports:
      junit: report.xml

staging:
  stage: deploy
  script: make deploy

pages:
  stage: deploy
  script: make pages
  artifacts:
    paths: [public/]
`;

const bridge = `
packages:
  stage: test
  trigger:
    include: packages/.gitlab-ci.yml
    strategy: depend
`;

const canary = `
canary:
  stage: deploy
  script: make canary
  when: delayed
  start_in: 30 seconds
`;

const production = `
production:
  stage: deploy
  script: make deploy ENVIRONMENT=production
  when: manual
`;

const packages = `stages: [package, check]

deb:
  stage: package
  script: make deb
  artifacts:
    paths: [shop.deb]

rpm:
  stage: package
  script: make rpm

install:
  stage: check
  script: make install
`;

const oven = `# Bakes what is put into it.
class Oven
  MAXIMUM = 260

  attr_reader :celsius

  def initialize
    @celsius = 20
    @trays = []
  end

  def heat(to:)
    raise ArgumentError, "#{to} °C is too hot" if to > MAXIMUM

    @celsius = to
    self
  end

  def put(tray)
    @trays << tray
    self
  end

  def bake(minutes:)
    @trays.map { |tray| tray.bake(minutes, at: celsius) }
  end
end
`;

const ovenSpec = `require "oven"

describe Oven do
  subject(:oven) { Oven.new }

  it "is cold at first" do
    expect(oven.celsius).to eq 20
  end

  it "bakes a whole tray" do
    oven.heat(to: 200).put(Tray.of(12, :rolls))
    expect(oven.bake(minutes: 20)).to eq [200]
  end

  it "takes no more than 260 °C" do
    expect { oven.heat(to: 261) }.to raise_error
  end
end
`;
