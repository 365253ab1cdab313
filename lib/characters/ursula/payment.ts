/**
 * Does a policy pay what this node takes? Owns: the rule of step 4's E_PAYMENT. Owns not: who is servable (policies.ts).
 * Source: protocol.md section 7 (`/v1/reencrypt` step 4), section 4 (`Ack`).
 */
