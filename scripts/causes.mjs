/**
 * What npm and pip say when something outside is missing, and what a person does about it. The first that
 * fits counts: a full disk also breaks downloads, and a failed download also ends in "no version found".
 */
const causes = [
  {
    says: /No space left on device|ENOSPC|Errno 28|not enough space/i,
    message: 'The disk is full',
    todo: ['Free about 2 GB on the disk of this folder, then run the same command again.'],
  },
  {
    says: /CERTIFICATE_VERIFY_FAILED|SELF_SIGNED_CERT|UNABLE_TO_GET_ISSUER_CERT|SSLError/i,
    message: 'The package registry shows a certificate that this machine does not trust',
    todo: [
      'Behind a company proxy, name its certificate file:',
      'export NODE_EXTRA_CA_CERTS=/path/to/ca.pem PIP_CERT=/path/to/ca.pem',
    ],
  },
  {
    says: /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|NewConnectionError|name resolution|Max retries exceeded|ConnectTimeout|ReadTimeout|Network is unreachable|ProxyError|Connection refused|Failed to establish a new connection|network request .* failed|socket hang up/i,
    message: 'The package registry cannot be reached',
    todo: [
      'Check that this machine has a connection, then run the same command again: what was fetched is kept.',
      'Behind a proxy: export HTTPS_PROXY=http://proxy:port',
      'With a mirror: npm config set registry URL, and pip config set global.index-url URL',
    ],
  },
  {
    says: /Python\.h: No such file|command '?\S*(gcc|cc|clang|cl\.exe)'? failed|Microsoft Visual C\+\+|gyp ERR|cmake.*(not found|ENOENT)|No CMAKE_C(XX)?_COMPILER|Failed building wheel|unable to find.*compiler/i,
    message: 'A package has no ready-made build for this system and must be compiled, which failed',
    todo: [
      'Debian, Ubuntu: sudo apt install build-essential cmake python3-dev',
      'macOS: xcode-select --install',
      'Windows: the "Desktop development with C++" part of the Visual Studio Build Tools',
    ],
  },
  {
    says: /No matching distribution found|Could not find a version|ETARGET|No matching version found|ResolutionImpossible/i,
    message: 'The registry has no version of a package that fits',
    todo: [
      'The lines above name it. A mirror may lack it, or this Python may be newer than the package:',
      'DAYBOOK_PYTHON=/path/to/python3.12 npm run setup takes another Python.',
    ],
  },
  {
    says: /EACCES|EPERM|Permission denied/i,
    message: 'A file cannot be written',
    todo: ['This folder must belong to you. If something ran as root here before: sudo chown -R "$USER" .'],
  },
]

/**
 * The likely cause of a failure of npm or pip, by its own words; undefined where they fit nothing known.
 * @param {string} output
 * @returns {{ message: string, todo: string[] } | undefined}
 */
export function findCause(output) {
  return causes.find((cause) => cause.says.test(output))
}
