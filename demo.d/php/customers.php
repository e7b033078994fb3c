<?php
// SPDX-License-Identifier: Apache-2.0
//
// customers.php - an API as they were written before OAuth 2: it believes what
// httpd says about the user, and knows nothing of tokens.

header('Content-Type: application/json');
header('Cache-Control: no-store');

echo json_encode([
    'user' => $_SERVER['REMOTE_USER'] ?? null,
    'client' => $_SERVER['OAUTH2_CLIENT_ID'] ?? null,
    'scope' => $_SERVER['OAUTH2_SCOPE'] ?? null,
    'customers' => [
        ['id' => 7, 'name' => 'Ada Lovelace'],
        ['id' => 8, 'name' => 'Grace Hopper'],
    ],
], JSON_PRETTY_PRINT), "\n";
