import type { Layout } from './layout.ts';

/**
 * Settings of the private server, given at each start so that they always belong to the running code. Durable first;
 * then small: a few dozen megabytes for the handful of connections that one machine needs.
 */
export function serverSettings(layout: Layout, major: number): readonly string[] {
  const settings: Record<string, string | number> = {
    ...storageSettings,
    listen_addresses: '',
    unix_socket_directories: layout.socketFolder,
    unix_socket_permissions: '0700',
    ssl: 'off',
    cluster_name: layout.cluster,
    // The idle stopper reads the titles.
    update_process_title: 'on',

    fsync: 'on',
    full_page_writes: 'on',
    synchronous_commit: 'on',
    // No replicas: less to write, and fewer processes.
    wal_level: 'minimal',
    max_wal_senders: 0,
    max_replication_slots: 0,
    min_wal_size: '32MB',
    max_wal_size: '256MB',

    max_connections: 50,
    work_mem: '2MB',
    maintenance_work_mem: '16MB',
    temp_buffers: '1MB',
    max_worker_processes: 1,
    max_logical_replication_workers: 0,
    max_parallel_workers: 0,
    max_parallel_workers_per_gather: 0,
    max_parallel_maintenance_workers: 0,
    jit: 'off',
    autovacuum: 'on',
    autovacuum_max_workers: 1,
    autovacuum_vacuum_cost_delay: '10ms',

    logging_collector: 'on',
    log_directory: 'log',
    log_filename: 'postgresql-%a.log',
    log_truncate_on_rotation: 'on',
    log_rotation_age: '1d',
    log_rotation_size: '10MB',
    log_checkpoints: 'off',
    log_line_prefix: '%m [%p] ',
    ...(major >= 18 ? { io_method: 'sync', autovacuum_worker_slots: 1 } : {}),
  };
  return asArguments(settings);
}

/** What the making of a cluster needs of it. */
export function makingSettings(): readonly string[] {
  return asArguments({ ...storageSettings, log_checkpoints: 'off', exit_on_error: 'on' });
}

const storageSettings: Readonly<Record<string, string | number>> = {
  shared_buffers: '16MB',
  huge_pages: 'off',
  // In the data folder: /dev/shm may be missing or tiny, and systemd empties a user's part of it at logout.
  dynamic_shared_memory_type: 'mmap',
};

function asArguments(settings: Readonly<Record<string, string | number>>): readonly string[] {
  return Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}
