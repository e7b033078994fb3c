# SPDX-License-Identifier: Apache-2.0
#
# What docs/examples/ gives a monitoring system: the JSON is JSON, and each
# metric and label that a query names is one that the server tells.

use strict;
use warnings;

use JSON::PP;
use Test::More;
use OAuth2Test;
use OAuth2Test::Metrics;
use OAuth2Test::Server;

my $dir = "$ENV{OA2_SRCDIR}/docs/examples";
# An endpoint that nobody has asked is in no line.
request('GET', 'login');
my ($value, $type) = parse_metrics(request('GET', '/metrics')->{content});
my %known = map { $_ => 1 } families_of($type);
# What a Prometheus adds, and what a query may group by.
my %label = map { $_ => 1 } qw(instance le),
    map { /(\w+)="/g } keys %$value;

sub queries_are_good {
    my ($name, @queries) = @_;
    ok(@queries > 0, "$name: has queries");
    for my $query (@queries) {
        my @metrics = $query =~ /\b(oauth2_\w+)/g;
        my @labels = map { /(\w+)(?:=~|!~|=|!=)"/g } $query =~ /\{([^}]*)\}/g;
        my @by = map { split /[,\s]+/ } $query =~ /\bby \(([^)]*)\)/g;
        my @bad = ((grep { !$known{$_} } @metrics),
                   (grep { !$label{$_} } @labels, @by));
        ok(@metrics && !@bad, "$name: $query") or diag("unknown: @bad");
    }
    return;
}

my $board = decode_json(slurp("$dir/grafana-dashboard.json"));
is($board->{title}, 'mod_oauth2_api', 'the dashboard is JSON');
my %id;
is(scalar(grep { $id{ $_->{id} }++ } @{ $board->{panels} }), 0,
   'each panel has an id of its own');
queries_are_good('dashboard',
    map { $_->{expr} } map { @{ $_->{targets} } } @{ $board->{panels} });
queries_are_good('dashboard: variables',
    map { $_->{query} =~ s/^label_values\((\w+), \w+\)$/$1/r }
    grep { $_->{type} eq 'query' } @{ $board->{templating}{list} });

# Enough of YAML for what is in that file: "expr: text", or ">" and a block.
my @rules = map { s/\s+/ /gr } grep { defined }
    slurp("$dir/prometheus-alerts.yml") =~
    /^ {8}expr: (?:>\n((?: {10}.*\n)+)|(\w.*)$)/mg;
queries_are_good('alerts', @rules);
my @alerts = slurp("$dir/prometheus-alerts.yml") =~ /- alert: (\w+)/g;
is(scalar @alerts, scalar @rules, 'each alert has a query');

like(slurp("$dir/prometheus.yml"), qr/prometheus-alerts\.yml/,
     'the scrape names the alerts');

done_testing();
