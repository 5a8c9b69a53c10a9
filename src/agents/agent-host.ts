/** What an adapter must know about the machine it runs on; read once by the caller, so that no adapter reads it itself. */
export interface AgentHost {
  /** Folders to look for programs in, as in PATH. */
  readonly searchPath: string;
  /** Home of the person who runs the factory: where the agent CLIs keep their logins. */
  readonly userHome: string;
  /** Absolute path of a Node 24 or later. */
  readonly node: string;
}
