#!/usr/bin/env node
// Starts on any Node, so that an old one gets a sentence instead of a syntax error: only ES5 below.
'use strict';

var fs = require('fs');
var os = require('os');
var path = require('path');

var needed = 24;
var root = path.dirname(__dirname);

if (parseInt(process.versions.node, 10) >= needed) start();
else startOnNewerNode();

/** Runs the built program where there is one (the published package), else the sources. */
function start() {
  // The demo leaves nothing behind.
  if (process.argv[2] !== 'demo') enableCache();
  var built = path.join(root, 'dist', 'cli', 'main.js');
  var main = fs.existsSync(built) ? built : path.join(root, 'src', 'cli', 'main.ts');
  // As a string, because `import(` is a syntax error to an old parser.
  var load = new Function('url', 'return import(url)');
  load(require('url').pathToFileURL(main).href)['catch'](function (error) {
    console.error(error);
    process.exitCode = 1;
  });
}

/** Compiled code is kept in the factory's own folder once that is there; nowhere else. Making it is the program's task. */
function enableCache() {
  var enable = require('module').enableCompileCache;
  if (!enable) return;
  var home = findHome();
  if (fs.existsSync(home)) enable(path.join(home, 'cache', 'node'));
}

/** MW_HOME, else the XDG state folder; the same rule as in the program. */
function findHome() {
  if (process.env.MW_HOME) return path.resolve(process.env.MW_HOME);
  var state = process.env.XDG_STATE_HOME;
  // The XDG rules say that a relative path is to be ignored.
  var base = state && path.isAbsolute(state) ? state : path.join(os.homedir(), '.local', 'state');
  return path.join(base, 'millwright');
}

/** Hands over to the Node of an installed `node` package, else says what to type. */
function startOnNewerNode() {
  var args = process.argv.slice(2);
  var newer = findNewerNode();
  if (newer === null) return explain(args);
  var child;
  var forwarded = ['SIGTERM', 'SIGHUP', 'SIGINT', 'SIGQUIT'];
  // A terminal sends its keys' signals to the whole group: passed on, they would arrive twice.
  var fromTerminal = process.stdin.isTTY ? ['SIGINT', 'SIGQUIT'] : [];
  forwarded.forEach(function (signal) {
    process.on(signal, function () {
      if (fromTerminal.indexOf(signal) === -1) child.kill(signal);
    });
  });
  // After the handlers: a signal that came in between would end this process and leave the program behind.
  child = require('child_process').spawn(newer, [__filename].concat(args), { stdio: 'inherit' });
  child.on('error', function (error) {
    console.error('mw could not start ' + newer + ': ' + error.message);
    explain(args);
  });
  child.on('exit', function (code, signal) {
    if (signal === null) process.exit(code);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}

/** The `node` package's binary, from this package's folder upward; `null` when none is new enough. */
function findNewerNode() {
  var folder = root;
  for (;;) {
    var found = path.join(folder, 'node_modules', 'node');
    var binary = path.join(found, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
    var manifest = path.join(found, 'package.json');
    if (fs.existsSync(binary) && fs.existsSync(manifest)) {
      if (parseInt(JSON.parse(fs.readFileSync(manifest, 'utf8')).version, 10) >= needed) return binary;
    }
    var parent = path.dirname(folder);
    if (parent === folder) return null;
    folder = parent;
  }
}

function explain(args) {
  var command = ['npx', '--yes', 'node@' + needed, __filename].concat(args).map(quote).join(' ');
  console.error(
    'mw needs Node.js ' + needed + ' or newer; this is ' + process.version + ' (' + process.execPath + ').'
  );
  console.error('  Next: ' + command);
  console.error('  or install Node.js ' + needed + ' from https://nodejs.org');
  process.exitCode = 1;
}

function quote(word) {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : "'" + word.replace(/'/g, "'\\''") + "'";
}
