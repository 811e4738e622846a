# A daemon as the launcher sees one: a locked pidfile, a locked ledger, signals. In perl, for it is on
# every Debian, and the lock must belong to the process that stays.
#
#   pidfile=P ledgers=DIR signals=FILE    where things are; each signal is a line in FILE
#   writes=self|TEXT                      what goes into the pidfile
#   job=ID:NAME:ATTEMPT:ELAPSED_MS        what runs; may be repeated, then TERM drains
#   finish=FILE                           the jobs end when it exists
#   late=FILE                             the pid is written when it exists
#   hold=1                                nothing ends it but KILL
use strict;
use warnings;
use Fcntl ':flock';
use Time::HiRes qw(time sleep);

open my $comm, '>', '/proc/self/comm' or die $!;
print $comm 'workerd';
close $comm;

my (%with, @jobs);
for (@ARGV) {
    my ($key, $value) = split /=/, $_, 2;
    if ($key eq 'job') { push @jobs, $value } else { $with{$key} = $value }
}

my @got;
$SIG{TERM} = sub { push @got, 'TERM' };
$SIG{HUP} = sub { push @got, 'HUP' };

open my $ledger, '+>', "$with{ledgers}/$$.lock" or die $!;
flock $ledger, LOCK_EX | LOCK_NB or die $!;
my $state = 'running';
sub note {
    my $lines = sprintf "%-319s\n", "workerd pid=$$ start=1 boot=b sid=$$ state=$state";
    for my $slot (0 .. $#jobs) {
        my ($id, $name, $attempt, $elapsed) = split /:/, $jobs[$slot];
        my $since = int(time * 1000 - $elapsed);
        $lines .= sprintf "%-319s\n", "slot=$slot job=$id attempt=$attempt name=$name since=$since pid=1 start=9";
    }
    $lines .= sprintf("%-319s\n", 'slot=98 idle') . sprintf("%-319s\n", 'slot=99 job=7 attempt=');
    seek $ledger, 0, 0;
    syswrite $ledger, $lines;
}
note();

open my $pidfile, '+>>', $with{pidfile} or die $!;
flock $pidfile, LOCK_EX | LOCK_NB or die $!;
truncate $pidfile, 0;
if ($with{late}) { sleep 0.01 until -e $with{late} }
syswrite $pidfile, ($with{writes} eq 'self' ? $$ : $with{writes}) . "\n";

my $terms = 0;
while (1) {
    while (my $signal = shift @got) {
        open my $log, '>>', $with{signals} or die $!;
        print $log "$signal\n";
        close $log;
        next if $signal ne 'TERM';
        $terms++;
        $state = 'draining';
        note();
    }
    last if !$with{hold} && $terms && ($terms > 1 || !@jobs || -e $with{finish});
    sleep 0.01;
}
unlink $with{pidfile};
