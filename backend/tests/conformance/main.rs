//! What every store must do, told once and run on each.
//!
//! Each function of the modules below takes a fresh database. [`conformance!`] mounts all of them; a second store needs a
//! [`Database`] of its own and one more line at the end of this file.
#![expect(clippy::unwrap_used, reason = "tests")]

mod accounts;
mod database;
mod epochs;
mod logs;
mod members;
mod purges;
mod sample;
mod sends;
mod sessions;
mod slots;
mod sqlite;
mod transactions;
mod vault;

/// Makes a test of each function, on fresh databases of one kind. A function that is missing here is dead code, which the
/// compiler finds.
macro_rules! conformance {
    ($mount:ident, $database:ty) => {
        conformance! { $mount, $database,
            accounts: an_account_is_found_as_it_was_created,
            accounts: a_name_or_id_is_never_given_out_twice,
            accounts: credentials_are_replaced_by_the_next_version_only,
            accounts: keys_are_replaced_by_those_that_follow_only,
            accounts: a_deleted_account_takes_its_sessions_and_vault_along,
            accounts: an_account_in_a_room_can_not_be_deleted,
            accounts: a_value_of_the_server_is_made_once,
            sessions: a_session_is_found_by_its_hash_and_its_handle,
            sessions: a_session_needs_an_account,
            sessions: sessions_come_with_the_one_used_last_first,
            sessions: the_last_use_only_moves_forward,
            sessions: only_the_owner_ends_a_session,
            sessions: pruning_ends_the_old_the_idle_and_the_surplus,
            vault: an_item_is_written_over_the_version_that_it_replaces,
            vault: new_items_fit_below_the_limit_only,
            vault: each_user_has_a_vault_of_their_own,
            members: a_room_is_read_as_it_was_written,
            members: ids_and_locators_are_used_once,
            members: members_come_and_go,
            members: members_stand_in_the_order_of_their_seniority,
            members: a_member_gets_another_role_and_other_keys,
            members: whom_a_room_bans_is_kept_with_it,
            members: writes_that_find_nothing_fail,
            epochs: an_epoch_keeps_whom_it_started_with_and_without,
            epochs: open_entries_belong_to_the_epoch_that_they_stand_in,
            epochs: a_new_epoch_moves_the_locator_and_starts_seniority_anew,
            epochs: a_locator_of_another_room_starts_no_epoch,
            epochs: a_closed_room_is_not_found_and_frees_its_locator,
            logs: a_page_starts_from_the_transcript_before_it,
            logs: a_page_ends_where_the_range_the_number_or_the_bytes_end,
            logs: a_page_beyond_the_log_is_empty_or_none,
            logs: entries_come_back_byte_for_byte,
            logs: a_place_is_taken_once,
            purges: of_a_purged_entry_all_stays_but_the_payload,
            purges: holes_take_no_bytes_of_a_page,
            purges: only_a_sealed_entry_that_is_there_is_purged,
            slots: a_slot_is_replaced_by_the_next,
            slots: a_slot_goes_with_its_member,
            slots: only_members_have_an_epoch_to_read_in,
            sends: what_is_stored_is_known_by_its_sender_device_and_id,
            sends: only_members_have_a_room_to_send_to,
            sends: answers_come_in_the_order_of_the_questions,
            sends: a_message_id_is_stored_once_per_device,
            sends: many_rooms_are_written_at_once,
            transactions: what_is_not_committed_never_happened,
            transactions: a_step_is_undone_alone,
            transactions: a_failed_statement_costs_its_step_only,
            transactions: readers_see_what_is_committed_and_nothing_else,
            transactions: writers_wait_for_each_other_and_leave_no_gaps,
            transactions: what_was_committed_survives_a_crash,
            transactions: a_closed_store_opens_again,
        }
    };
    ($mount:ident, $database:ty, $($module:ident: $test:ident,)*) => {
        mod $mount {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $test() {
                    let database = <$database>::fresh().await;
                    crate::$module::$test(&database).await;
                }
            )*
        }
    };
}

conformance!(on_sqlite, crate::sqlite::Sqlite);
