// SPDX-License-Identifier: AGPL-3.0-or-later

// Put before the Worker's script: counts the inputs that the module takes, the syncs and writes it asks for, and the
// time inside each.
(() => {
  const probe = (self.kithProbe = {
    inputs: 0,
    inputMs: 0,
    syncs: 0,
    syncMs: 0,
    writes: 0,
    writeMs: 0,
    reads: 0,
    readMs: 0,
    bytesWritten: 0,
  });
  const realInstantiate = WebAssembly.instantiate;

  const timed =
    (operation, count, ms) =>
    (...given) => {
      const began = performance.now();
      try {
        return operation(...given);
      } finally {
        probe[ms] += performance.now() - began;
        ++probe[count];
      }
    };

  WebAssembly.instantiate = async (module, imports) => {
    const { kith } = imports;
    const write = timed(kith.file_write, "writes", "writeMs");
    const watched = {
      ...kith,
      file_sync: timed(kith.file_sync, "syncs", "syncMs"),
      file_read: timed(kith.file_read, "reads", "readMs"),
      file_write: (file, pointer, size, offset) => {
        probe.bytesWritten += size;
        return write(file, pointer, size, offset);
      },
    };
    const { exports } = await realInstantiate(module, { ...imports, kith: watched });
    return { exports: { ...exports, kith_handle: timed(exports.kith_handle, "inputs", "inputMs") } };
  };
})();
