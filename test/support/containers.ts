/** Real containers: Podman with a store of its own, and base images of Debian packages, because no registry of images is asked. */

import { execFile, spawnSync } from 'node:child_process';
import {
  appendFileSync,
  cpSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

/** What a command of Podman ended with. */
export interface Said {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The packages of `gcr.io/distroless/cc`, which the image is built on. */
const runtimePackages = 'base-files,ca-certificates,libc6,libgcc-s1,libgomp1,libstdc++6,netbase,tzdata';
/** What the stages before it need of the official image of Node.js. */
const buildPackages = 'base-files,bash,coreutils,dash,findutils,libatomic1,libc-bin,libgcc-s1,libstdc++6,sed';

/** On the bases that are made here, with the network of this machine. */
const buildOptions = [
  ...['--format=docker', '--isolation=chroot', '--network=host', '--pull=never'],
  ...['NODE_IMAGE=localhost/node-base', 'BASE_IMAGE=localhost/runtime-base'].map(
    (pair) => `--build-arg=${pair}`,
  ),
];

/** Limits of open files and processes are below those of any machine, which root may not raise everywhere. */
const runOptions = ['--ulimit=nofile=1024:1024', '--ulimit=nproc=4096:4096'];

/** Why containers cannot be run here; undefined if they can. */
export function whyNoContainers(): string | undefined {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'it needs root on Linux';
  const missing = ['podman', 'runc', 'mmdebstrap'].filter(
    (program) => spawnSync(program, ['--version'], { stdio: 'ignore' }).error,
  );
  return missing.length > 0 ? `not installed: apt-get install ${missing.join(' ')}` : undefined;
}

/** Podman with everything it keeps in a folder, so that images and containers of the machine are out of its sight. */
export class Podman {
  /** The options before each command. runc, because crun refuses the mixed cgroups of some machines. */
  readonly options: readonly string[];
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
    this.options = [
      `--root=${join(folder, 'store')}`,
      `--runroot=${join(folder, 'run')}`,
      '--cgroup-manager=cgroupfs',
      '--runtime=runc',
    ];
  }

  /** Runs a command of Podman to its end, whatever that is. */
  async try(...args: string[]): Promise<Said> {
    const env = { ...process.env, TMPDIR: this.#temporary() };
    return promisify(execFile)('podman', [...this.options, ...args], { env, maxBuffer: 64 << 20 }).then(
      ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
      ({ code, stdout, stderr }) => ({ code, stdout, stderr }),
    );
  }

  /** Runs a command that has to succeed; returns what it printed. */
  async do(...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await this.try(...args);
    if (code !== 0) throw new Error(`podman ${args.join(' ')} ended with ${code}: ${stdout}${stderr}`);
    return stdout.trim();
  }

  /** Starts a container. */
  run(...args: string[]): Promise<Said> {
    return this.try('run', ...runOptions, ...args);
  }

  /** A program for the shell that takes the place of Docker: the network is that of this machine, at a port. */
  standIn(port: number): string {
    const podman = ['podman', ...this.options].join(' ');
    const run = [...runOptions, '--network=host', `--env=PORT=${port}`].join(' ');
    return `#!/bin/sh
verb=$1; shift
case $verb in
  build) exec ${podman} build ${buildOptions.join(' ')} "$@" ;;
  run) exec ${podman} run ${run} "$@" ;;
  *) exec ${podman} "$verb" "$@" ;;
esac
`;
  }

  /** Makes an image of Debian packages, and of what `furnish` adds to their files. */
  async makeBase(name: string, packages: string, furnish: (root: string) => void): Promise<void> {
    const root = join(this.#folder, name);
    const suite = /^VERSION_CODENAME=(\S+)$/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1] ?? 'stable';
    // Packages are unpacked, not installed: their scripts would need programs that the image is not to have.
    const args = ['--quiet', '--variant=extract', `--include=${packages}`, suite, root];
    await promisify(execFile)('mmdebstrap', args, { maxBuffer: 64 << 20 });
    furnish(root);
    const change = `--change='ENV PATH=/usr/local/bin:/usr/bin:/bin'`;
    const importing = ['podman', ...this.options, 'import', change, '-', `localhost/${name}`].join(' ');
    await promisify(execFile)('sh', ['-c', `tar -C '${root}' -c . | ${importing}`]);
  }

  /**
   * Makes the bases, and tries one; returns why containers cannot be run on this machine, which is neither the
   * Containerfile's fault nor that of the server.
   */
  async prepare(): Promise<string | undefined> {
    try {
      await this.#makeBases();
    } catch (error) {
      return `no base can be made of Debian packages: ${String(error)}`;
    }
    const { code, stderr } = await this.run('--rm', '--network=host', 'localhost/node-base', '/bin/true');
    return code === 0 ? undefined : `podman cannot run a container: ${stderr}`;
  }

  async #makeBases(): Promise<void> {
    await this.makeBase('runtime-base', runtimePackages, (root) => {
      writeFileSync(
        join(root, 'etc/passwd'),
        'root:x:0:0::/root:/\nnonroot:x:65532:65532::/home/nonroot:/\n',
      );
    });
    await this.makeBase('node-base', buildPackages, furnishWithNode);
  }

  /** Builds the Containerfile of a folder on those bases. */
  async build(context: string, tag: string): Promise<void> {
    await this.do('build', ...buildOptions, '--tag', tag, context);
  }

  /** Ends all containers, and gives back what they hold of the machine. */
  async close(): Promise<void> {
    await this.try('rm', '--all', '--force', '--volumes');
    await this.try('network', 'prune', '--force');
    await this.try('volume', 'prune', '--force');
    await this.try('image', 'unmount', '--all');
  }

  #temporary(): string {
    const folder = join(this.#folder, 'tmp');
    mkdirSync(folder, { recursive: true });
    return folder;
  }
}

/** Adds this Node.js and npm, as the official image has them, and the registry and its certificates from this machine. */
function furnishWithNode(root: string): void {
  const place = join(root, 'usr/local');
  // Some packages of dash bring the link, and others make it when they are installed.
  rmSync(join(root, 'bin/sh'), { force: true });
  symlinkSync('dash', join(root, 'bin/sh'));
  mkdirSync(join(place, 'lib/node_modules'), { recursive: true });
  writeFileSync(join(root, 'etc/passwd'), 'root:x:0:0::/root:/bin/sh\n');
  cpSync(process.execPath, join(place, 'bin/node'));
  const npm = join(dirname(realpathSync(pathOf('npm'))), '..');
  cpSync(npm, join(place, 'lib/node_modules/npm'), { recursive: true });
  symlinkSync('../lib/node_modules/npm/bin/npm-cli.js', join(place, 'bin/npm'));
  const config = join(root, 'root/.npmrc');
  writeFileSync(config, `registry=${said('npm', ['config', 'get', 'registry'])}\n`);
  const authorities = process.env['NODE_EXTRA_CA_CERTS'];
  if (!authorities) return;
  cpSync(authorities, join(root, 'etc/authorities.pem'), { dereference: true });
  appendFileSync(config, 'cafile=/etc/authorities.pem\n');
}

const pathOf = (program: string) => said('sh', ['-c', `command -v ${program}`]);

function said(program: string, args: readonly string[]): string {
  return spawnSync(program, args, { encoding: 'utf8' }).stdout.trim();
}
