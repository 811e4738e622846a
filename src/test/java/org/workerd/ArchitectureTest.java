package org.workerd;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/**
 * Calls go right: cli → daemon → http → ops → worker → config → store → job; engine → the engines below store; unix and api are
 * leaves; each library has one home.
 */
@AnalyzeClasses(packages = "org.workerd", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    @ArchTest
    static final ArchRule jobsKnowNobody =
            mustNotUse("org.workerd.job..", "..store..", "..worker..", "..ops..", "..daemon..", "..cli..", "..unix..");

    /** And of the store what a queue's URL is. */
    @ArchTest
    static final ArchRule theConfigurationKnowsJobsAlone = mustNotUse(
            "org.workerd.config..", "..engine..", "..worker..", "..ops..", "..daemon..", "..cli..", "..unix..");

    @ArchTest
    static final ArchRule theStoreKnowsJobsAlone = mustNotUse(
            "org.workerd.store",
            "..store.sqlite..",
            "..engine..",
            "..config..",
            "..worker..",
            "..ops..",
            "..daemon..",
            "..cli..",
            "..unix..");

    @ArchTest
    static final ArchRule anEngineKnowsTheStoreAndTheKernel = mustNotUse(
            "org.workerd.store.sqlite..", "..engine..", "..config..", "..worker..", "..ops..", "..daemon..", "..cli..");

    /** The client hands a connection of its caller's on; the bench measures beside the engine. */
    @ArchTest
    static final ArchRule onlyWhoChoosesTheEngineNamesOne = noClasses()
            .that()
            .resideOutsideOfPackages(
                    "org.workerd.store.sqlite..", "org.workerd.engine..", "org.workerd.client..", "org.workerd.bench..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.workerd.store.sqlite..");

    @ArchTest
    static final ArchRule theWorkerKnowsNeitherDaemonNorCommandLine =
            mustNotUse("org.workerd.worker..", "..engine..", "..ops..", "..daemon..", "..cli..");

    /** The doctor asks it too, and pages and whatever else shows jobs will. */
    @ArchTest
    static final ArchRule whatPeopleDoAndSeeKnowsNobodyWhoShowsIt =
            mustNotUse("org.workerd.ops..", "..engine..", "..daemon..", "..cli..", "..unix..");

    @ArchTest
    static final ArchRule theDaemonKnowsNoCommandLine = mustNotUse("org.workerd.daemon..", "..cli..");

    @ArchTest
    static final ArchRule theCommandLineReachesUnixOnlyThroughTheDaemon = mustNotUse("org.workerd.cli..", "..unix..");

    @ArchTest
    static final ArchRule unixIsALeaf =
            mustNotUse("org.workerd.unix..", "..job..", "..store..", "..worker..", "..ops..", "..daemon..", "..cli..");

    @ArchTest
    static final ArchRule onlyUnixCallsLibc = onlyIn("org.workerd.unix..", "jnr..", "com.kenai.jffi..");

    @ArchTest
    static final ArchRule onlyOneEngineSpeaksSqlite = onlyIn("org.workerd.store.sqlite..", "org.sqlite..");

    @ArchTest
    static final ArchRule onlyOneEngineSpeaksPostgresql =
            onlyIn("org.workerd.store.postgres..", "org.postgresql..", "com.zaxxer..");

    /** The client hands a connection of its caller's on. */
    @ArchTest
    static final ArchRule onlyTheStoreSpeaksSql = noClasses()
            .that()
            .resideOutsideOfPackages("org.workerd.store..", "org.workerd.client..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("java.sql..");

    @ArchTest
    static final ArchRule whatHandlersSeeKnowsNobody = noClasses()
            .that()
            .resideInAPackage("org.workerd.api..")
            .should()
            .dependOnClassesThat()
            .resideOutsideOfPackages("org.workerd.api..", "java..", "org.slf4j..", "org.jspecify..");

    @ArchTest
    static final ArchRule theClientNeedsJobsAndTheStoreAlone = noClasses()
            .that()
            .resideInAPackage("org.workerd.client..")
            .should()
            .dependOnClassesThat()
            .resideOutsideOfPackages(
                    "org.workerd.client..", "org.workerd.job..", "org.workerd.store..", "java..", "org.jspecify..");

    @ArchTest
    static final ArchRule nobodyButTheBenchNeedsTheClient = noClasses()
            .that()
            .resideOutsideOfPackages("org.workerd.client..", "org.workerd.bench..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.workerd.client..");

    /** It measures the daemon that runs, and what programs use of us. */
    @ArchTest
    static final ArchRule theBenchKnowsNothingOfTheDaemonInside =
            mustNotUse("org.workerd.bench..", "..worker..", "..ops..", "..daemon..", "..cli..", "..unix..");

    /** Its jar is on the class path of one command. */
    @ArchTest
    static final ArchRule onlyWhatStandsInItsJarNamesTheBench = noClasses()
            .that()
            .resideOutsideOfPackage("org.workerd.bench..")
            .and()
            .haveNameNotMatching("org\\.workerd\\.cli\\.Bench(Run|Json).*")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.workerd.bench..");

    @ArchTest
    static final ArchRule handlersThatProbeKnowTheInterfacesAlone = noClasses()
            .that()
            .resideInAPackage("org.workerd.probe..")
            .should()
            .dependOnClassesThat()
            .resideOutsideOfPackages("org.workerd.probe..", "org.workerd.api..", "java..", "org.jspecify..");

    /** And of the worker its inbox and its pulse, and where output and ledgers are. */
    @ArchTest
    static final ArchRule httpKnowsNobodyWhoStartsIt =
            mustNotUse("org.workerd.http..", "..engine..", "..daemon..", "..cli..", "..unix..");

    @ArchTest
    static final ArchRule onlyTheDaemonServesHttp = noClasses()
            .that()
            .resideOutsideOfPackages("org.workerd.http..", "org.workerd.daemon")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.workerd.http..");

    @ArchTest
    static final ArchRule onlyHttpUsesJetty = onlyIn("org.workerd.http..", "org.eclipse.jetty..", "io.prometheus..");

    /** It is the program's own; nobody here needs it. */
    @ArchTest
    static final ArchRule anEmbeddedWorkerKnowsNeitherHttpNorCommandLine =
            mustNotUse("org.workerd.embedded..", "..http..", "..cli..", "..client..");

    @ArchTest
    static final ArchRule nobodyNeedsTheEmbeddedWorker = noClasses()
            .that()
            .resideOutsideOfPackage("org.workerd.embedded..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.workerd.embedded..");

    @ArchTest
    static final ArchRule onlyPagesUseTemplates = onlyIn("org.workerd.http.pages..", "gg.jte..");

    /** They are given what they show. */
    @ArchTest
    static final ArchRule pagesKnowNeitherWhoAsksNorTheQueue = noClasses()
            .that()
            .resideInAPackage("org.workerd.http.pages..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "org.workerd.http", "org.workerd.worker..", "org.workerd.engine..", "org.eclipse.jetty..");

    @ArchTest
    static final ArchRule onlyTheCommandLineParsesOptions = onlyIn("org.workerd.cli..", "picocli..");

    @ArchTest
    static final ArchRule onlyTheConfigurationReadsToml = onlyIn("org.workerd.config..", "org.tomlj..");

    @ArchTest
    static final ArchRule thePackagesFormNoCycle =
            slices().matching("org.workerd.(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule whatPrintsKnowsNoCommand =
            mustNotUse("org.workerd.cli.text..", "..cli", "..cli.batch..", "..cli.trial..");

    @ArchTest
    static final ArchRule batchesKnowNoCommand = mustNotUse("org.workerd.cli.batch..", "..cli", "..cli.trial..");

    @ArchTest
    static final ArchRule trialsKnowNoCommand = mustNotUse("org.workerd.cli.trial..", "..cli", "..cli.batch..");

    @ArchTest
    static final ArchRule nothingInTheProductKnowsTheReference = noClasses()
            .that()
            .resideOutsideOfPackage("org.workerd.cli.reference..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.workerd.cli.reference..");

    @ArchTest
    static final ArchRule theRoomsOfTheWorkerFormNoCycle =
            slices().matching("org.workerd.worker.(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule whatCanRunKnowsNoAttempt =
            mustNotUse("org.workerd.worker.handlers..", "..worker.attempt..", "..worker.loop..", "..worker.cron..");

    @ArchTest
    static final ArchRule anAttemptKnowsNeitherLoopNorSchedules =
            mustNotUse("org.workerd.worker.attempt..", "..worker.loop..", "..worker.cron..");

    @ArchTest
    static final ArchRule schedulesKnowNoAttempt =
            mustNotUse("org.workerd.worker.cron..", "..worker.attempt..", "..worker.loop..");

    /** The others are given as {@code ..name..} and stand below org.workerd. */
    private static ArchRule mustNotUse(String who, String... others) {
        String[] packages = java.util.Arrays.stream(others)
                .map(other -> "org.workerd" + other.substring(1))
                .toArray(String[]::new);
        return noClasses()
                .that()
                .resideInAPackage(who)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(packages)
                .allowEmptyShould(true);
    }

    private static ArchRule onlyIn(String home, String... libraries) {
        return noClasses()
                .that()
                .resideOutsideOfPackage(home)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(libraries)
                .allowEmptyShould(true);
    }
}
