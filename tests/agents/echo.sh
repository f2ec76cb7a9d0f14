#!/bin/sh
# SPDX-License-Identifier: MIT
printf '%s\n' "$RELAY_TEXT"
