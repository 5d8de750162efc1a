// SPDX-License-Identifier: AGPL-3.0-or-later

// All tables over one database. Made after migrate(); the database outlives it.
#pragma once

#include "core/store/account_table.h"
#include "core/store/answers_table.h"
#include "core/store/clearings_table.h"
#include "core/store/contacts_table.h"
#include "core/store/conversations_table.h"
#include "core/store/corrections_table.h"
#include "core/store/database.h"
#include "core/store/device_lists_table.h"
#include "core/store/files_table.h"
#include "core/store/group_key_tables.h"
#include "core/store/groups_table.h"
#include "core/store/handles_table.h"
#include "core/store/history_table.h"
#include "core/store/lists_table.h"
#include "core/store/messages_table.h"
#include "core/store/openings_table.h"
#include "core/store/outbox_table.h"
#include "core/store/own_devices_table.h"
#include "core/store/profiles_table.h"
#include "core/store/receipts_table.h"
#include "core/store/registers_table.h"
#include "core/store/remarks_table.h"
#include "core/store/repairs_table.h"
#include "core/store/sealed_for_table.h"
#include "core/store/sent_table.h"
#include "core/store/settings_table.h"
#include "core/store/signal_tables.h"

namespace kith::core {

struct Store {
  explicit Store(Database& opened)
      : database(opened),
        account(opened),
        device_lists(opened),
        own_devices(opened),
        signal(opened, account, device_lists),
        conversations(opened),
        messages(opened),
        files(opened),
        openings(opened),
        remarks(opened),
        corrections(opened),
        clearings(opened),
        lists(opened),
        receipts(opened),
        sent(opened),
        outbox(opened),
        sealed_for(opened),
        answers(opened),
        repairs(opened),
        contacts(opened),
        handles(opened),
        profiles(opened),
        group_keys(opened, device_lists),
        given_history(opened),
        taken_history(opened),
        settings(opened),
        registers(opened),
        groups(opened) {}
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  Database& database;
  AccountTable account;
  DeviceListsTable device_lists;
  OwnDevicesTable own_devices;
  SignalTables signal;
  ConversationsTable conversations;
  MessagesTable messages;
  FilesTable files;
  OpeningsTable openings;
  RemarksTable remarks;
  CorrectionsTable corrections;
  ClearingsTable clearings;
  ListsTable lists;
  ReceiptsTable receipts;
  SentTable sent;
  OutboxTable outbox;
  SealedForTable sealed_for;
  AnswersTable answers;
  RepairsTable repairs;
  ContactsTable contacts;
  HandlesTable handles;
  ProfilesTable profiles;
  GroupKeyTables group_keys;
  GivenHistoryTable given_history;
  TakenHistoryTable taken_history;
  SettingsTable settings;
  RegistersTable registers;
  GroupsTable groups;
};

}  // namespace kith::core
