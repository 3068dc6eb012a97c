/** Pages of nodes, written by hand after the names and forms in their sources; none was captured from a running node. */

/** HotShot in the Espresso sequencer; types and HELP are as it writes them. */
export const hotshotPage = `# HELP consensus_current_view current_view
# TYPE consensus_current_view gauge
consensus_current_view 7
# HELP consensus_last_decided_view last_decided_view
# TYPE consensus_last_decided_view gauge
consensus_last_decided_view 4
# TYPE consensus_number_of_timeouts counter
consensus_number_of_timeouts 3
# TYPE consensus_number_of_views_per_decide_event histogram
consensus_number_of_views_per_decide_event_bucket{le="0.005"} 0
consensus_number_of_views_per_decide_event_bucket{le="+Inf"} 4
consensus_number_of_views_per_decide_event_sum 12
consensus_number_of_views_per_decide_event_count 4
# TYPE consensus_libp2p_num_connected_peers gauge
consensus_libp2p_num_connected_peers 4
# TYPE consensus_node_identity_general gauge
consensus_node_identity_general{company_name="Espresso \\"Systems\\"",name="sequencer0"} 1
`;

/** CometBFT: every series has the chain. */
export const cometPage = `# HELP cometbft_consensus_height Height of the chain.
# TYPE cometbft_consensus_height gauge
cometbft_consensus_height{chain_id="c-1"} 1024
# TYPE cometbft_consensus_block_interval_seconds histogram
cometbft_consensus_block_interval_seconds_bucket{chain_id="c-1",le="0.1"} 0
cometbft_consensus_block_interval_seconds_sum{chain_id="c-1"} 5120.5
cometbft_consensus_block_interval_seconds_count{chain_id="c-1"} 1023
# TYPE cometbft_p2p_peers gauge
cometbft_p2p_peers{chain_id="c-1"} 12
`;

/** aptos-node: milliseconds under a name of seconds, connections by role. */
export const aptosPage = `# TYPE aptos_consensus_current_round gauge
aptos_consensus_current_round 88
# TYPE aptos_consensus_round_timeout_s gauge
aptos_consensus_round_timeout_s 1500
# TYPE aptos_consensus_timeout_count counter
aptos_consensus_timeout_count 2
# TYPE aptos_connections gauge
aptos_connections{direction="inbound",role_type="validator"} 3
aptos_connections{direction="outbound",role_type="validator"} 4
`;
